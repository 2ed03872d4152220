using System.Runtime.InteropServices;

namespace PlaybookOperator.Cli;

/// <summary>
/// What asks this process to end: the first signal cancels what the command does, so that it ends cleanly; the second is the kernel's to deal with. It
/// then needs no thread of this process, and ends it at once with 128 plus the signal's number, as shells count (130 for Ctrl-C).
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] s_signals =
    [
        (PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private ITimer? _end;

    public StopSignals() => _registrations = [.. s_signals.Select(one => PosixSignalRegistration.Create(one.Signal, Stop))];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Ends the process without running any more of its code; what its calls have started is ended by their guard.</summary>
    public static void EndNow(int exitCode) => Exit(exitCode);

    /// <summary>Ends the process so long after the first signal: a read from a terminal cannot be cancelled.</summary>
    public void EndAfter(TimeSpan patience, TimeProvider time) =>
        Token.Register(() => _end = time.CreateTimer(static _ => EndNow(ExitCodes.Interrupted), null, patience, Timeout.InfiniteTimeSpan));

    public void Dispose()
    {
        _end?.Dispose();
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        foreach (var (_, number) in s_signals) _ = SetHandler(number, 0);
        // What listens to the token must not hold up the thread that signals come by.
        _ = _stop.CancelAsync();
    }

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetHandler(int signal, nint handler);

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Exit(int exitCode);
}
