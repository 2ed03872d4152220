using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>A program that prints a credential, as a kubeconfig describes it.</summary>
internal sealed record ExecPlugin
{
    private const int MaxOutputCharacters = 1024 * 1024;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    public required string Command { get; init; }

    /// <summary><c>client.authentication.k8s.io/v1</c> or <c>/v1beta1</c>: what the program is asked for and must answer with.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>File and field that named the program.</summary>
    public required string Place { get; init; }

    public string? InstallHint { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Added to the environment of this process.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>Told to the program when the kubeconfig says so; else null.</summary>
    public string? Server { get; init; }

    public string? AuthorityPem { get; init; }

    /// <summary>Runs the program and returns what it printed.</summary>
    /// <exception cref="KubeConfigException">It cannot be started, fails, takes over a minute or prints over 1 MiB.</exception>
    public async Task<string> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = Start();
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            process.StandardInput.Close();
            var errors = ReadBoundedAsync(process.StandardError, either.Token);
            var output = await ReadBoundedAsync(process.StandardOutput, either.Token);
            var complaint = await errors;
            await process.WaitForExitAsync(either.Token);
            if (process.ExitCode == 0) return output;
            throw new KubeConfigException($"{Place}: {Command} ended with exit code {process.ExitCode}: {LastLine(complaint)}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubeConfigException($"{Place}: {Command} did not end within {TimeLimit.TotalSeconds:0} s.");
        }
        finally
        {
            Stop(process);
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended in between, which is what was wanted.
        }
    }

    private static async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (text.Length < MaxOutputCharacters)
        {
            var read = await reader.ReadAsync(buffer, cancellationToken);
            if (read == 0) break;
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static string LastLine(string text)
    {
        var line = text.TrimEnd().Split('\n')[^1].Trim().TrimEnd('.');
        if (line.Length == 0) return "it printed no reason";
        return line.Length <= 300 ? line : line[..300];
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Command, Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = Request();
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException)
        {
            var hint = InstallHint is { Length: > 0 } ? $" ({InstallHint.ReplaceLineEndings(" ").Trim()})" : "";
            throw new KubeConfigException($"{Place}: {Command} cannot be started: {exception.Message}{hint}", exception);
        }
    }

    private string Request()
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (Server is not null)
        {
            var cluster = new JsonObject { ["server"] = Server };
            if (AuthorityPem is { } pem) cluster["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
            spec["cluster"] = cluster;
        }

        return new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }
}
