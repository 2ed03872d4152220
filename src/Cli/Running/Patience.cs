using PlaybookOperator.EventLog;

namespace PlaybookOperator.Cli.Running;

/// <summary>
/// Has a run wait for its database when that is away, as the operator does: each call is made again until it is answered. Whoever stops the run meanwhile
/// gives the database a few seconds more.
/// </summary>
internal sealed class Patience(TimeProvider time, TextWriter errors) : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(2);

    /// <summary>Within the drain time of a run.</summary>
    private static readonly TimeSpan s_lastChance = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, time);
    private int _isAway;

    /// <summary>The run is being stopped.</summary>
    public void End() => _over.CancelAfter(s_lastChance);

    /// <exception cref="EventLogUnavailableException">The database did not come back before the run was to end.</exception>
    public async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        for (var delay = s_first; ; delay = delay < s_most ? delay * 2 : s_most)
        {
            try
            {
                var answer = await call();
                if (Volatile.Read(ref _isAway) != 0 && Interlocked.Exchange(ref _isAway, 0) != 0) errors.WriteLine("playbook: the database is back.");
                return answer;
            }
            catch (EventLogUnavailableException away) when (!_over.IsCancellationRequested)
            {
                if (Interlocked.Exchange(ref _isAway, 1) == 0) errors.WriteLine($"playbook: {away.Message} The run goes on when the database is back.");
            }

            await WaitAsync(delay, cancellationToken);
        }
    }

    public void Dispose() => _over.Dispose();

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancellationToken);
        try
        {
            await Task.Delay(delay, time, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Once more, and then no more.
        }
    }
}
