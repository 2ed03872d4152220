using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Operator.Api;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>
/// Brings the database up to date, waiting for it as long as it takes, and watches whether it is there. The operator stays up without it: it serves
/// health, says what is missing, and loses nothing, because whatever needs the database backs off and comes again.
/// </summary>
internal sealed class DatabaseService(
    DatabaseSchema schema, IEventReader reader, DatabaseGate gate, Readiness readiness, TimeProvider time, ILogger<DatabaseService> logger) : BackgroundService
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_probeInterval = TimeSpan.FromSeconds(5);

    // Together with the interval the detection lag of ResignationRules: a replica must not call itself ready for longer than that.
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_partitionInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await MigrateAsync(stoppingToken);
        var partitionsAt = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(s_probeInterval, time, stoppingToken);
            await ProbeAsync(stoppingToken);
            if (time.GetElapsedTime(partitionsAt) < s_partitionInterval) continue;
            partitionsAt = time.GetTimestamp();
            await TryAsync(async () => await schema.EnsurePartitionsAsync(stoppingToken));
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        readiness.Lacks(Readiness.DatabasePart, "connecting");
        for (var delay = s_firstDelay; ; delay = delay * 2 > s_longestDelay ? s_longestDelay : delay * 2)
        {
            if (await TryAsync(() => OpenAsync(cancellationToken))) return;
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    /// <summary>The gate opens before the database counts as there: whoever is told so may use it.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var identity = await schema.MigrateAsync(cancellationToken);
        gate.Open(await schema.ReadSessionKeyAsync(cancellationToken));
        logger.DatabaseReady(identity);
    }

    private Task<bool> ProbeAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        using var limit = new CancellationTokenSource(s_probeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await reader.ListOpenAsync(new Core.Executions.ExecutionId(long.MaxValue), 1, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EventLogUnavailableException($"no answer within {s_probeLimit.TotalSeconds:0} s");
        }
    });

    private async Task<bool> TryAsync(Func<Task> use)
    {
        var before = readiness.Database;
        try
        {
            await use();
            readiness.Has(Readiness.DatabasePart);
            if (before is not ("ok" or "connecting")) logger.DatabaseBack();
            return true;
        }
        catch (EventLogUnavailableException unavailable)
        {
            readiness.Lacks(Readiness.DatabasePart, unavailable.Message);
            if (before != unavailable.Message) logger.DatabaseMissing(unavailable.Message);
            return false;
        }
    }
}

/// <summary>Opens once the database has been migrated; what needs tables waits for it.</summary>
internal sealed class DatabaseGate
{
    private readonly TaskCompletionSource<byte[]> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="sessionKey">The key that all replicas sign worker sessions with.</param>
    public void Open(byte[] sessionKey) => _open.TrySetResult(sessionKey);

    /// <summary>The session key, or null while the database has not been reached.</summary>
    public byte[]? SessionKey => _open.Task.IsCompletedSuccessfully ? _open.Task.Result : null;

    public Task WaitAsync(CancellationToken cancellationToken) => _open.Task.WaitAsync(cancellationToken);
}
