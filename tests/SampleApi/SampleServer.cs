using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PlaybookOperator.SampleApi;

/// <summary>
/// The paginated API that samples and tests call. Every answer is a function of the request and of counters kept per run key
/// (header <c>X-Run-Key</c> or query <c>run_key</c>), so parallel tests do not disturb each other.
/// </summary>
public sealed class SampleServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The address without the closing slash, ready to have a path put behind it.</summary>
    public string Url => Address.ToString().TrimEnd('/');

    /// <summary>Starts in this process on a free loopback port, silent.</summary>
    public static async Task<SampleServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = Build(builder, TimeProvider.System);
        await app.StartAsync(cancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new SampleServer(app, new Uri(addresses!.Addresses.Single()));
    }

    /// <summary>For a process of its own: <c>--urls</c>, by default port 5555 on all addresses.</summary>
    public static WebApplication Create(string[] args, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls("http://+:5555");
        // One line a request would drown the output of the run that calls us; GET /requests has them.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        return Build(builder, time);
    }

    public async ValueTask DisposeAsync()
    {
        // Endless and slow answers may be under way; they are not worth waiting for.
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static WebApplication Build(WebApplicationBuilder builder, TimeProvider time)
    {
        builder.WebHost.ConfigureKestrel(Limit);
        var state = new SampleState(time);
        var app = builder.Build();
        app.Use((context, next) => state.AdmitAsync(context, next));
        app.MapGet("/health", static context => Answer.JsonAsync(context, new() { ["status"] = "ok" }));
        RequestLogApi.Map(app, state);
        PagesApi.Map(app.MapGroup("/api/v1"), state);
        foreach (var prefix in new[] { "", "/api/v1" })
        {
            var group = app.MapGroup(prefix);
            HeavyApi.Map(group, state);
            ReferenceChainApi.Map(group);
            ErrorsApi.Map(group, state);
            ConcurrencyApi.Map(group, state);
            PatientsApi.Map(group, state);
        }

        MisbehaviourApi.Map(app.MapGroup("/bad"), state);
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 16 << 20;
        kestrel.Limits.MinResponseDataRate = null;
    }
}
