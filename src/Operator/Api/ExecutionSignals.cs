using System.Collections.Concurrent;
using System.Threading.Channels;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// Tells who follows an execution that its log has changed. All followers of this process share one watch of the log, which lasts as long as anybody
/// follows anything. A signal carries no data and may come too often; whoever was not told looks again by itself in time.
/// </summary>
internal sealed partial class ExecutionSignals(IWakeUps wakeUps, TimeProvider time, ILogger<ExecutionSignals> logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Signal, byte> _signals = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource? _watch;
    private Task _watching = Task.CompletedTask;

    /// <summary>Followers at this moment.</summary>
    public int Count => _signals.Count;

    /// <summary>Dispose it to follow no longer. What changed before is not told: follow first, then look.</summary>
    public Signal Follow(ExecutionId id)
    {
        var signal = new Signal(this, id);
        lock (_lock)
        {
            _signals[signal] = 0;
            if (_watch is null)
            {
                _watch = new CancellationTokenSource();
                _watching = Task.WhenAll(_watching, WatchAsync(_watch));
            }
        }

        return signal;
    }

    /// <summary>Ends once its watches have: none is left to fail unseen.</summary>
    public async ValueTask DisposeAsync()
    {
        Task watching;
        lock (_lock)
        {
            End();
            watching = _watching;
        }

        await watching;
    }

    private void Leave(Signal signal)
    {
        lock (_lock)
        {
            if (_signals.TryRemove(signal, out _) && _signals.IsEmpty) End();
        }
    }

    /// <summary>The watch disposes of what it was given once it has ended.</summary>
    private void End()
    {
        _watch?.Cancel();
        _watch = null;
    }

    private async Task WatchAsync(CancellationTokenSource watch)
    {
        using var _ = watch;
        while (!watch.IsCancellationRequested)
        {
            try
            {
                await foreach (var id in wakeUps.WatchAsync(watch.Token)) Set(id);
            }
            catch (OperationCanceledException) when (watch.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Nobody awaits the watch: what ends it is told here, and those who follow go on looking by themselves meanwhile.
                LogWatchLost(failure);
                await Task.Delay(s_pause, time, watch.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private void Set(ExecutionId id)
    {
        foreach (var (signal, _) in _signals)
            if (signal.Id == id) signal.Set();
    }

    [LoggerMessage(4201, LogLevel.Warning, "The watch of the event log for streams was lost; it begins anew")]
    private partial void LogWatchLost(Exception reason);

    /// <summary>One follower's signal.</summary>
    public sealed class Signal : IDisposable
    {
        private readonly ExecutionSignals _owner;
        private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        internal Signal(ExecutionSignals owner, ExecutionId id) => (_owner, Id) = (owner, id);

        public ExecutionId Id { get; }

        /// <summary>True when something has changed since the last wait; false when <paramref name="patience"/> is over.</summary>
        public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
        {
            using var over = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            try
            {
                return await _changed.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Dispose() => _owner.Leave(this);

        internal void Set() => _changed.Writer.TryWrite(true);
    }
}
