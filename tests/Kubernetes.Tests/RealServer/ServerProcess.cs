using System.Diagnostics;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

/// <summary>A program that runs until disposed, or until this process dies in whatever way.</summary>
internal sealed class ServerProcess : IDisposable
{
    // The shell ends the program when its own input closes, which the system sees to even after a kill.
    private const string Script = """log=$1; shift; "$@" >"$log" 2>&1 & child=$!; read -r _; kill "$child"; wait "$child" """;

    private readonly Process _shell;

    public ServerProcess(string logFile, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", Script, "sh", logFile, program }.Concat(arguments)) start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
