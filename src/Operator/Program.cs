using Microsoft.Extensions.Options;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Hosting;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.Configuration.AddEnvironmentVariables(OptionsSetup.EnvironmentPrefix).AddCommandLine(args);
    builder.Logging.ClearProviders().AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        console.UseUtcTimestamp = true;
    });
    // A line for each request would drown what matters.
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    builder.Services.AddOperatorOptions(builder.Configuration);
    builder.Services.AddOperator();
    builder.WebHost.UseUrls(builder.Configuration[$"{ApiOptions.Section}:Listen"] ?? new ApiOptions().Listen);
    var app = builder.Build();
    app.MapOperator();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (OptionsValidationException wrong)
{
    foreach (var failure in wrong.Failures) await Console.Error.WriteLineAsync($"operator: {failure}");
    return 2;
}
catch (KubeConfigException wrong)
{
    await Console.Error.WriteLineAsync($"operator: {wrong.Message}");
    return 2;
}
