using System.Diagnostics;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>Counts the commands that the driver sends, as its own activities tell; a batch is one.</summary>
internal sealed class CommandCounter : IDisposable
{
    private static readonly AsyncLocal<CommandCounter?> s_current = new();
    private readonly ActivityListener _listener;
    private int _count;

    public CommandCounter()
    {
        s_current.Value = this;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = static activity =>
            {
                // Tests run beside each other in one process; only what this one started counts.
                if (s_current.Value is { } counter && activity.OperationName != "CONNECT") Interlocked.Increment(ref counter._count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => _count;

    public void Dispose()
    {
        s_current.Value = null;
        _listener.Dispose();
    }
}
