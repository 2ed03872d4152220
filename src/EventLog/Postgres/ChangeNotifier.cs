using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Announces changed executions to all processes: at once after a quiet time, else gathered, so that announcements are at least
/// <see cref="EventLogOptions.NotifyDelay"/> apart. Outside of any write's transaction: a NOTIFY inside would let all committing writers wait for one
/// another. An announcement that is lost is made up for by the listeners' polling.
/// </summary>
public sealed partial class ChangeNotifier(DatabasePools pools, TimeProvider clock, EventLogMetrics metrics, ILogger<ChangeNotifier> logger)
{
    /// <summary>Ids in one payload: below the server's 8000 bytes.</summary>
    private const int IdsPerPayload = 350;

    private readonly Database _database = new(pools.Background, metrics);
    private readonly PendingIds _pending = new();
    private long? _announcedAt;

    /// <summary>Announces soon; never waits and never fails.</summary>
    public void Changed(ExecutionId id) => _pending.Add(id);

    /// <summary>Runs until cancelled, then returns; a host runs it once beside every log.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true) await AnnounceNextAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async ValueTask AnnounceNextAsync(CancellationToken cancellationToken)
    {
        await _pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_announcedAt is { } last && pools.Options.NotifyDelay - clock.GetElapsedTime(last) is { Ticks: > 0 } rest)
            await Task.Delay(rest, clock, cancellationToken).ConfigureAwait(false);
        _announcedAt = clock.GetTimestamp();
        try
        {
            await AnnounceAsync(_pending.TakeAll(), cancellationToken).ConfigureAwait(false);
        }
        catch (EventLogUnavailableException e)
        {
            LogNotAnnounced(e);
            // Polling finds the change; until the database is back there is nothing to hurry for.
            await Task.Delay(pools.Options.PollInterval, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask AnnounceAsync(IReadOnlyList<ExecutionId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return;
        var payloads = ids.Chunk(IdsPerPayload).Select(chunk => string.Join(',', chunk)).ToArray();
        await _database.QueryAsync(
            Sql.Notify,
            [Parameters.Of(payloads)],
            static (_, _) => ValueTask.FromResult(true),
            cancellationToken).ConfigureAwait(false);
    }
}
