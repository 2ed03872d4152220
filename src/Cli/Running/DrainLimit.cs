using PlaybookOperator.Core.Executions.Deciding;

namespace PlaybookOperator.Cli.Running;

/// <summary>
/// A run that was stopped ends within its drain time, also when something in this process stands still: then the process ends all the same, and
/// <c>--resume</c> goes on with it where its store is a database.
/// </summary>
/// <param name="drain">What the engine takes at most (<see cref="Decider.DrainTimeOf"/>).</param>
internal sealed class DrainLimit(TimeProvider time, TimeSpan drain, TextWriter errors) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isOver;

    /// <summary>For a store that is slow, and calls that take a moment to let go, too.</summary>
    public TimeSpan Time { get; } = drain + TimeSpan.FromSeconds(25);

    /// <summary>The run is being stopped; later calls change nothing.</summary>
    public void Begin()
    {
        lock (_lock)
            if (!_isOver) _timer ??= time.CreateTimer(static state => ((DrainLimit)state!).End(), this, Time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The run has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }

    private void End()
    {
        lock (_lock)
            if (_isOver) return;
        // Nobody may be reading what is told.
        var teller = new Thread(() => errors.WriteLine($"playbook: what was stopped has not ended within {Time.TotalSeconds:0} s; the process ends.")) { IsBackground = true };
        teller.Start();
        teller.Join(s_patience);
        StopSignals.EndNow(ExitCodes.Cancelled);
    }
}
