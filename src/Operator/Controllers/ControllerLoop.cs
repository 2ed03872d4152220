using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Queues;

namespace PlaybookOperator.Operator.Controllers;

/// <summary>
/// Takes keys from a queue and reconciles them, one key at a time, several keys at once. The one place where failures are caught, counted, told once
/// and backed off.
/// </summary>
/// <param name="reconcile">Does one pass; returns after which time to pass again, or null.</param>
internal sealed class ControllerLoop<TKey>(
    string name,
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<TimeSpan?>> reconcile,
    TimeProvider time,
    ControllerMetrics metrics,
    ILogger logger)
    where TKey : notnull
{
    private readonly Complaints _complaints = new(time);

    /// <summary>Runs until cancelled; then lets passes under way end.</summary>
    public Task RunAsync(int concurrency, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        // Off the caller's stack: the first pass may take long before it awaits anything.
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            QueueItem<TKey>? item;
            try
            {
                item = await queue.DequeueAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (item is null) return;
            await HandleAsync(item.Value.Key, cancellationToken);
        }
    }

    private async Task HandleAsync(TKey key, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var outcome = ReconcileOutcome.Success;
        try
        {
            var again = await reconcile(key, cancellationToken);
            queue.Forget(key);
            if (again is { } delay)
            {
                queue.AddAfter(key, delay);
                outcome = ReconcileOutcome.RequeueAfter;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: the next leader takes it up.
        }
        catch (Exception failure)
        {
            outcome = ReconcileOutcome.Error;
            var delay = queue.AddRateLimited(key);
            Tell(key, failure, delay);
        }
        finally
        {
            queue.Done(key);
            metrics.Reconciled(name, outcome, time.GetElapsedTime(started));
        }
    }

    private void Tell(TKey key, Exception failure, TimeSpan delay)
    {
        if (!_complaints.IsNews(failure.Message)) return;
        // What the world refuses is one sentence; only what nobody foresaw needs a stack.
        if (failure is ApiException or EventLogUnavailableException) logger.Refused(name, key.ToString()!, failure.Message, delay);
        else logger.Failed(failure, name, key.ToString()!, delay);
    }
}

/// <summary>Remembers what was said lately, so that a lasting trouble is told once a minute and not once a pass. Bounded; thread-safe.</summary>
internal sealed class Complaints(TimeProvider time)
{
    private const int MaxRemembered = 100;
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    public bool IsNews(string message)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(message, out var at) && time.GetElapsedTime(at) < s_silence) return false;
            if (_told.Count >= MaxRemembered) _told.Clear();
            _told[message] = time.GetTimestamp();
            return true;
        }
    }
}
