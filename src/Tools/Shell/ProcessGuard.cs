using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PlaybookOperator.Tools.Shell;

/// <summary>
/// Ends what calls have started when this process ends, however it ends: also by SIGKILL, when no code of ours runs any more. A small shell beside it
/// waits for the end of a pipe that only this process holds, and then kills whatever bears this process's mark in its environment, with its group.
/// </summary>
/// <remarks>
/// A parent-death signal would reach the first process alone, and is sent when the thread that started it ends, which threads of a pool do at any time.
/// The mark is inherited, so that also what has left its group, its session and its parent is found. Thread-safe.
/// </remarks>
internal sealed class ProcessGuard
{
    /// <summary>The variable that bears the mark of the call.</summary>
    public const string Variable = "PLAYBOOK_CALL";

    /// <summary>Looks twice at least: a process that was being started when this one died bears its mark a moment later.</summary>
    private const string Script = """
        trap '' HUP INT QUIT TERM
        read -r line
        round=0 clean=0
        while [ $round -lt 40 ] && [ $clean -lt 3 ]; do
          clean=$((clean + 1))
          for file in $(grep -ls -- "$1" /proc/[0-9]*/environ 2>/dev/null); do
            process=${file#/proc/}
            process=${process%/environ}
            kill -KILL "-$process" 2>/dev/null
            kill -KILL "$process" 2>/dev/null && clean=0
          done
          round=$((round + 1))
          sleep 0.05
        done
        """;

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly Lazy<Process?> _watcher;
    private long _calls;

    private ProcessGuard() => _watcher = new(Watch);

    /// <summary>The guard of this process.</summary>
    public static ProcessGuard Own { get; } = new();

    /// <summary>The value of <see cref="Variable"/> for one more call; the watcher runs from the first one on.</summary>
    public string MarkCall()
    {
        _ = _watcher.Value;
        return string.Create(CultureInfo.InvariantCulture, $"{_mark}-{Interlocked.Increment(ref _calls)}.");
    }

    /// <summary>Kills what bears the mark of a call, wherever it has gone. Where there is no /proc, nothing is found.</summary>
    public static void KillMarked(string mark)
    {
        if (!Directory.Exists("/proc/self")) return;
        var wanted = System.Text.Encoding.ASCII.GetBytes($"{Variable}={mark}");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) || process == Environment.ProcessId) continue;
            if (EnvironmentOf(folder).AsSpan().IndexOf(wanted) >= 0) ProcessGroup.KillOne(process);
        }
    }

    private static byte[] EnvironmentOf(string folder)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
            return [];
        }
    }

    private Process? Watch()
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "playbook-guard", $"{Variable}={_mark}-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        try
        {
            // In a session of its own: what a terminal sends to this process's group must not end it.
            return ProcessGroup.Found.Start(start);
        }
        catch (Win32Exception)
        {
            // Without a shell there is nothing to guard either, unless the step brings its own.
            return null;
        }
    }
}
