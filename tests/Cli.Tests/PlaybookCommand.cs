using System.Diagnostics;
using System.Text.Json;

namespace PlaybookOperator.Cli.Tests;

/// <summary>What a run of <c>playbook</c> came to.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Errors)
{
    /// <summary>The object that <c>--output json</c> prints.</summary>
    public JsonElement Json => JsonElement.Parse(Output);

    public string Status => Json.GetProperty("status").GetString()!;

    public string? Error => Json.GetProperty("error").GetString();

    public JsonElement Result(string step) => Json.GetProperty("steps").GetProperty(step).GetProperty("result");

    /// <summary>How many events of a type the log has.</summary>
    public int Events(string type) =>
        Json.GetProperty("events").GetProperty("by_type").TryGetProperty(type, out var count) ? count.GetInt32() : 0;

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}

/// <summary>The built command line in a process of its own.</summary>
internal static class PlaybookCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public static Task<CommandOutcome> RunAsync(params string[] arguments) => RunWithInputAsync(null, arguments);

    /// <summary>A process whose three streams are the caller's, who must dispose of it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(Describe(arguments))!;

    /// <summary>With a kubeconfig that says which cluster.</summary>
    public static Task<CommandOutcome> RunOnClusterAsync(string kubeconfig, params string[] arguments)
    {
        var start = Describe(arguments);
        start.Environment["KUBECONFIG"] = kubeconfig;
        return FinishAsync(Process.Start(start)!, null);
    }

    private static ProcessStartInfo Describe(string[] arguments)
    {
        // Whoever runs the tests in the background of a script has had such signals ignored for all their processes.
        string[] all = ["--default-signal=HUP,INT,QUIT", "dotnet", Path.Combine(AppContext.BaseDirectory, "PlaybookOperator.Cli.dll"), .. arguments];
        return new ProcessStartInfo("env", all)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    /// <param name="input">What the command reads; null: nothing.</param>
    public static Task<CommandOutcome> RunWithInputAsync(byte[]? input, params string[] arguments) => FinishAsync(Start(arguments), input);

    /// <summary>What a shell makes of a script, in which <c>$PLAYBOOK</c> is the command.</summary>
    public static Task<CommandOutcome> RunInShellAsync(string script)
    {
        var start = Describe([]);
        start.ArgumentList.Clear();
        start.FileName = "bash";
        foreach (var argument in (string[])["-c", script]) start.ArgumentList.Add(argument);
        start.Environment["PLAYBOOK"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "PlaybookOperator.Cli.dll")}";
        return FinishAsync(Process.Start(start)!, null);
    }

    /// <summary>Runs the command and does something to its process meanwhile.</summary>
    public static Task<CommandOutcome> RunAsync(Func<Process, Task> meanwhile, params string[] arguments) => FinishAsync(Start(arguments), null, meanwhile);

    private static async Task<CommandOutcome> FinishAsync(Process started, byte[]? input, Func<Process, Task>? meanwhile = null)
    {
        using var process = started;
        var cancellationToken = TestContext.Current.CancellationToken;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], patience.Token);
            process.StandardInput.Close();
            if (meanwhile is not null) await meanwhile(process);
            await process.WaitForExitAsync(patience.Token);
            return new CommandOutcome(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
