using System.Diagnostics;
using System.Globalization;

namespace PlaybookOperator.Testing;

/// <summary>Where a private server's binaries and files are.</summary>
internal static class PrivatePostgresFiles
{
    private const string Prefix = "playbook-postgres-";

    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>: the newest below /usr/lib/postgresql, else one of PATH.</summary>
    public static string FindBinaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            : Enumerable.Empty<string>();
#pragma warning disable RS0030 // Where programs are is a matter of the environment.
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
#pragma warning restore RS0030
        return versions.Select(folder => Path.Combine(folder, "bin")).Concat(path.Split(':', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            ?? throw new InvalidOperationException(
                "These tests need PostgreSQL: install Debian's package 'postgresql' (apt-get install postgresql), or set TEST_POSTGRES to a connection string.");
    }

    /// <summary>A new folder that says whose it is.</summary>
    public static string CreateFolder() =>
        Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-")).FullName;

    /// <summary>Removes what was left behind when a process and its supervisor were killed together: folders, and the server that still runs on one.</summary>
    public static void RemoveStale()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{owner}")) continue;
            try
            {
                if (OrphanOn(folder) is { } server) server.Kill();
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another process is removing it right now.
            }
        }
    }

    public static async Task InitializeAsync(string binaries, string folder, string user, string password)
    {
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        if (user.Length > 0) await RunAsync("chown", "-R", user, folder);
        string[] initdb =
        [
            Path.Combine(binaries, "initdb"), "--pgdata", Path.Combine(folder, "data"), "--username=postgres", "--encoding=UTF8", "--locale=C",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--pwfile", passwordFile,
        ];
        string[] command = user.Length > 0 ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", .. initdb] : initdb;
        await RunAsync(command[0], command[1..]);
        File.Delete(passwordFile);
    }

    public static string ReadLog(string folder)
    {
        var log = Path.Combine(folder, "log");
        return File.Exists(log) ? File.ReadAllText(log) : "it wrote no log.";
    }

    /// <summary>The server that runs on that folder, as its own command line says; null when none does.</summary>
    private static Process? OrphanOn(string folder)
    {
        var pidFile = Path.Combine(folder, "data", "postmaster.pid");
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid)) return null;
        var commandLine = $"/proc/{pid}/cmdline";
        return File.Exists(commandLine) && File.ReadAllText(commandLine).Contains(folder, StringComparison.Ordinal) ? Process.GetProcessById(pid) : null;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {await output}{await error}");
    }
}
