using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Metrics;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// Sees to it that one process at a time does the leader's work, by means of a Lease. Only saves work: whatever must never happen
/// twice is fenced elsewhere, since a process may sleep through the loss of its lease.
/// </summary>
public sealed class LeaderElector
{
    private readonly LeaderElectorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeaseRecord _lease;
    private readonly ReplicaStanding? _standing;
    private bool _leads;
    private long _renewedAt;
    private string _complaint = "";

    /// <param name="readiness">How ready this process is; null: it counts as ready, and does not resign.</param>
    public LeaderElector(
        ApiClient client, LeaderElectorOptions options, TimeProvider time, KubernetesMetrics metrics, ILogger<LeaderElector> logger,
        ReadinessClock? readiness = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(metrics);
        options.Check();
        _options = options;
        _time = time;
        _logger = logger;
        _lease = new LeaseRecord(client, options, time);
        _standing = readiness is null ? null : new ReplicaStanding(new ReplicaBoard(client, options, time), readiness, options, time, logger);
        metrics.Election.Register(options.Lease.Name, () => IsLeader);
    }

    /// <summary>
    /// Whether this process leads and its last renewal is recent. Turns false by the clock alone, even if the loop that renews is
    /// stuck.
    /// </summary>
    public bool IsLeader => Volatile.Read(ref _leads) && _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < _options.RenewDeadline;

    /// <summary>
    /// Waits for the lease, then calls <paramref name="lead"/> once and renews the lease while it runs. Returns when it returns.
    /// When cancelled, the work is stopped first and the lease released after it. What <paramref name="lead"/> throws is thrown.
    /// </summary>
    /// <exception cref="LeadershipLostException">The lease could not be renewed in time, or another holds it.</exception>
    /// <exception cref="LeaderResignedException">This process is not ready, and another is: the work was stopped and the lease released.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is held any more.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        await AcquireAsync(cancellationToken);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var leading = StartAsync(lead, work.Token);
        var end = await RenewWhileAsync(leading);
        Volatile.Write(ref _leads, false);
        if (end is null)
        {
            await ReleaseAsync();
            await leading;
            return;
        }

        await work.CancelAsync();
        var hasStopped = await AwaitStopAsync(leading);
        // Work that goes on keeps the others waiting until the lease has expired.
        if (end is LeaderResignedException && hasStopped) await ReleaseAsync();
        throw end;
    }

    // Turns what is thrown before the first await into a failed task, so that the lease is released then too.
    private static async Task StartAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken) =>
        await lead(cancellationToken);

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        var holder = "";
        while (true)
        {
            var asked = _time.GetTimestamp();
            if (_standing is not null) await _standing.TellAsync(cancellationToken);
            // One that is not ready takes the lease only when none that is has wanted it.
            var headStart = _standing is { IsReady: false } ? _options.LeaseDuration : TimeSpan.Zero;
            if (await TryHoldAsync(headStart, cancellationToken) == true)
            {
                Volatile.Write(ref _renewedAt, asked);
                Volatile.Write(ref _leads, true);
                _logger.Leads(_options.Identity, _options.Lease.ToString());
                _standing?.BeginToLead();
                return;
            }

            var isNews = _lease.Holder.Length > 0 && _lease.Holder != holder;
            if (isNews) _logger.StandsBy(_options.Identity, _lease.Holder, _options.Lease.ToString());
            holder = _lease.Holder;
            await Task.Delay(_options.RetryPeriod * (0.8 + Random.Shared.NextDouble() / 5), _time, cancellationToken);
        }
    }

    // Renews until the work has ended (null), the lease is lost, or is to be given up. Shutdown reaches the work through its own token;
    // the lease is kept until the work has really stopped.
    private async Task<Exception?> RenewWhileAsync(Task leading)
    {
        while (true)
        {
            if (await EndsWithinAsync(leading, _options.RetryPeriod)) return null;
            var left = _options.RenewDeadline - _time.GetElapsedTime(_renewedAt);
            if (left <= TimeSpan.Zero)
                return Lost($"could not be renewed within {_options.RenewDeadline.TotalSeconds:0.###} s");
            using var limit = new CancellationTokenSource(left, _time);
            var asked = _time.GetTimestamp();
            var held = await TryHoldAsync(TimeSpan.Zero, limit.Token);
            if (held == false) return Lost($"is held by {(_lease.Holder.Length > 0 ? _lease.Holder : "nobody")}");
            if (held != true) continue;
            // What counts is when the renewal was asked for: others may have seen it as early as that.
            Volatile.Write(ref _renewedAt, asked);
            if (_standing is not null && await _standing.FindReasonToResignAsync() is { } reason) return new LeaderResignedException(reason);
        }
    }

    private LeadershipLostException Lost(string how) => new($"The lease {_options.Lease} {how}.");

    private async Task<bool> EndsWithinAsync(Task leading, TimeSpan limit)
    {
        try
        {
            await leading.WaitAsync(limit, _time, CancellationToken.None); // its end is awaited, however long shutdown takes
            return true;
        }
        catch (TimeoutException) when (!leading.IsCompleted)
        {
            return false;
        }
        catch (Exception)
        {
            // Thrown anew to the caller of RunAsync, after the release.
            return true;
        }
    }

    // True: ours. False: another's. Null: unknown, since the server could not be asked.
    private async Task<bool?> TryHoldAsync(TimeSpan headStart, CancellationToken cancellationToken)
    {
        try
        {
            var held = await _lease.TryHoldAsync(headStart, cancellationToken);
            _complaint = "";
            return held;
        }
        catch (ApiException exception)
        {
            if (_complaint != exception.Message) _logger.Unreachable(_options.Lease.ToString(), exception.Message);
            _complaint = exception.Message;
            return null;
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _leads))
        {
            // The time limit of a renewal; an election in progress is cancelled by its caller.
            return null;
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(_options.RenewDeadline, _time);
        try
        {
            await _lease.TryReleaseAsync(limit.Token);
            _logger.Released(_options.Identity, _options.Lease.ToString());
        }
        catch (Exception exception) when (exception is ApiException or OperationCanceledException)
        {
            _logger.NotReleased(_options.Lease.ToString(), exception.Message);
        }
    }

    // False when the work goes on.
    private async Task<bool> AwaitStopAsync(Task leading)
    {
        var limit = _options.LeaseDuration - _options.RenewDeadline;
        try
        {
            await leading.WaitAsync(limit, _time, CancellationToken.None); // bounded by the limit instead
        }
        catch (TimeoutException) when (!leading.IsCompleted)
        {
            _logger.DidNotStop(limit);
            return false;
        }
        catch (OperationCanceledException)
        {
            // It stopped as it was told.
        }
        catch (Exception exception)
        {
            _logger.FailedWhileStopping(exception);
        }

        return true;
    }
}
