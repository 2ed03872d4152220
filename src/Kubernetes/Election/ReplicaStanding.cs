using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// How ready this replica is beside the others: tells it while another leads, and finds out whether to resign while this one does. Nothing
/// that fails here disturbs the election. Not thread-safe.
/// </summary>
internal sealed class ReplicaStanding(
    ReplicaBoard board, ReadinessClock readiness, LeaderElectorOptions options, TimeProvider time, ILogger logger)
{
    private long _ledSince;
    private bool _hasLeft;
    private string _said = "";
    private string _complaint = "";

    public bool IsReady => readiness.ReadyFor is not null;

    /// <summary>Tells the others how ready this replica is.</summary>
    public Task TellAsync(CancellationToken cancellationToken) =>
        options.Resignation.After <= TimeSpan.Zero ? Task.CompletedTask : TryAsync(limit => board.TellAsync(readiness.ReadyFor, limit), cancellationToken);

    public void BeginToLead() => (_ledSince, _hasLeft) = (time.GetTimestamp(), false);

    /// <summary>Why this leader has to give up the lease; null when it leads on. The others are asked only while it is not ready.</summary>
    public async Task<string?> FindReasonToResignAsync()
    {
        if (options.Resignation.After <= TimeSpan.Zero) return null;
        if (!_hasLeft) _hasLeft = await TryAsync(board.LeaveAsync, CancellationToken.None);
        if (readiness.UnreadyFor is not { } unready)
        {
            _said = "";
            return null;
        }

        if (!await TryAsync(board.LookAsync, CancellationToken.None)) return null;
        var (led, calm) = (time.GetElapsedTime(_ledSince) - unready, readiness.CalmBefore);
        var leader = new LeaderView(unready, led < calm ? led : calm, board.LastWait);
        var verdict = Resignation.Decide(leader, board.Peers, options.Resignation);
        if (!verdict.Resigns)
        {
            if (_said != verdict.Reason) logger.LeadsOn(verdict.Reason);
            _said = verdict.Reason;
            return null;
        }

        logger.Resigns(options.Identity, options.Lease.ToString(), verdict.Reason);
        await TryAsync(limit => board.LeaveWaitAsync(verdict.Wait, limit), CancellationToken.None);
        return verdict.Reason;
    }

    // A leader makes three calls between two renewals at most: none of these comes late for them. False when it failed.
    private async Task<bool> TryAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource((options.RenewDeadline - options.RetryPeriod) / 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await call(either.Token);
            _complaint = "";
            return true;
        }
        catch (Exception failure) when (failure is ApiException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (_complaint != failure.Message) logger.BoardUnreachable(failure.Message);
            _complaint = failure.Message;
            return false;
        }
    }
}
