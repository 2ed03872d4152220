using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Wake-ups from Postgres: announcements (<see cref="ChangeNotifier"/>) on a connection of its own, and polling as the backstop for those that were
/// lost with a process between its commit and its announcement. A poll reads id and last event id of the next
/// <see cref="EventLogOptions.PollSliceSize"/> open executions off a partial index and yields those that moved since they were last seen, so its
/// cost is bounded; with more open executions than a slice each is looked at every few polls.
/// </summary>
public sealed partial class PostgresWakeUps(DatabasePools pools, TimeProvider clock, EventLogMetrics metrics, ILogger<PostgresWakeUps> logger) : IWakeUps
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(10);

    private readonly Database _background = new(pools.Background, metrics);

    /// <inheritdoc/>
    /// <remarks>Every open execution is also yielded once when the call begins.</remarks>
    public async IAsyncEnumerable<ExecutionId> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new PendingIds();
        var seen = new SeenExecutions();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = UntilStoppedAsync(token => ListenAsync(pending, seen, token), stop);
        var polling = UntilStoppedAsync(token => PollAsync(pending, seen, token), stop);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                ExecutionId id;
                try
                {
                    id = await pending.TakeAsync(stop.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                yield return id;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            // A loop that failed throws here: a watcher must not go on waiting for nothing.
            await Task.WhenAll(listening, polling).ConfigureAwait(false);
        }
    }

    private static async Task UntilStoppedAsync(Func<CancellationToken, Task> loop, CancellationTokenSource stop)
    {
        try
        {
            await loop(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ListenAsync(PendingIds pending, SeenExecutions seen, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                var connection = await pools.Listener.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    connection.Notification += (_, announced) => Add(announced.Payload, pending);
                    await ListenAsync(connection, cancellationToken).ConfigureAwait(false);
                    // Only now: what changes from here on is announced, what changed before is in the list.
                    await CatchUpAsync(pending, seen, cancellationToken).ConfigureAwait(false);
                    if (failures > 0) LogListeningAgain();
                    failures = 0;
                    while (true) await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is EventLogUnavailableException || DatabaseErrors.Describe(e) is not null)
            {
                // A connection that is lost in the moment of the stop is no failure.
                cancellationToken.ThrowIfCancellationRequested();
                if (failures == 0) LogConnectionLost(e);
                metrics.Unavailable();
                await Task.Delay(Backoff(failures++), clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask ListenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var listen = new NpgsqlCommand(Sql.Listen, connection);
        await using (listen.ConfigureAwait(false)) await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Yields every open execution once.</summary>
    private async ValueTask CatchUpAsync(PendingIds pending, SeenExecutions seen, CancellationToken cancellationToken)
    {
        var after = 0L;
        while (true)
        {
            var slice = await ReadHeadsAsync(after, cancellationToken).ConfigureAwait(false);
            foreach (var (id, lastEventId) in slice)
            {
                seen.Note(id, lastEventId);
                pending.Add(new ExecutionId(id));
            }

            if (slice.Count < pools.Options.PollSliceSize) return;
            after = slice[^1].Id;
        }
    }

    private async Task PollAsync(PendingIds pending, SeenExecutions seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(pools.Options.PollInterval, clock, cancellationToken).ConfigureAwait(false);
            try
            {
                var slice = await ReadHeadsAsync(seen.Cursor, cancellationToken).ConfigureAwait(false);
                foreach (var id in seen.Compare(slice, isLast: slice.Count < pools.Options.PollSliceSize)) pending.Add(new ExecutionId(id));
            }
            catch (EventLogUnavailableException e)
            {
                // The listener says so in the log and catches up when the database is back.
                LogPollFailed(e);
            }
        }
    }

    private ValueTask<IReadOnlyList<(long Id, long LastEventId)>> ReadHeadsAsync(long after, CancellationToken cancellationToken) =>
        _background.QueryAsync<IReadOnlyList<(long, long)>>(
            Sql.OpenHeads,
            [Parameters.Of(after), Parameters.Of((long)pools.Options.PollSliceSize)],
            static async (reader, token) =>
            {
                var heads = new List<(long, long)>();
                while (await reader.ReadAsync(token).ConfigureAwait(false)) heads.Add((reader.GetInt64(0), reader.GetInt64(1)));
                return heads;
            },
            cancellationToken);

    private static void Add(string payload, PendingIds pending)
    {
        foreach (var part in payload.AsSpan().Split(','))
        {
            if (long.TryParse(payload.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) pending.Add(new ExecutionId(id));
        }
    }

    /// <summary>Doubles from 100 ms to 10 s, times 0.5 to 1.5, so that the replicas of an operator do not come back together.</summary>
    private static TimeSpan Backoff(int failures)
    {
        var delay = TimeSpan.FromTicks(Math.Min(s_longestBackoff.Ticks, s_firstBackoff.Ticks << Math.Min(failures, 10)));
        return delay * (0.5 + Random.Shared.NextDouble());
    }
}
