using System.Diagnostics;
using System.Globalization;

namespace PlaybookOperator.Cli.Tests;

/// <summary>Processes that sleep for a time which is only theirs, so that they are found wherever they have gone.</summary>
internal sealed class MarkedProcesses
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static int s_number = Environment.ProcessId * 1000;

    /// <summary>The command that sleeps.</summary>
    public string Sleep { get; } = string.Create(CultureInfo.InvariantCulture, $"sleep {1_000_000_000L + Interlocked.Increment(ref s_number)}");

    public Task UntilAsync(int count) => UntilAsync(() => Count() == count, $"{count} processes");

    /// <summary>Waits, without end: the test's own time limit is the limit.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!holds())
        {
            Assert.False(patience.IsCancellationRequested, $"waited in vain for {what}");
            await Task.Delay(s_look, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static async Task SignalAsync(Process process, string signal)
    {
        // By the shell: a small Debian has no program of that name.
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private int Count() => Directory.EnumerateDirectories("/proc").Count(folder => CommandOf(folder) == Sleep);

    private static string CommandOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
