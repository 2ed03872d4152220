using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// The statements of an append, in order: lock, admit, write the events, then the rows that follow from them. Those after the admission do
/// nothing unless it succeeded, so all of them travel together.
/// </summary>
internal sealed class AppendStatements(ExecutionId id, AppendBatch batch)
{
    public ExecutionId Id => id;

    public AppendBatch Batch => batch;

    /// <summary>Locks the row and says whether the batch goes in: two result sets.</summary>
    public IEnumerable<NpgsqlBatchCommand> Admission()
    {
        yield return Statement(Sql.Lock);
        yield return Statement(
            Sql.Admit,
            Parameters.Of(batch.ExpectedVersion),
            Parameters.Of([.. batch.StillOpen.Select(work => work.Key.RunId)]),
            Parameters.Of([.. batch.StillOpen.Select(work => work.Key.Index)]),
            Parameters.Of([.. batch.StillOpen.Select(work => work.Fence)]),
            Parameters.Of([.. batch.Loops.Select(loop => loop.RunId)]),
            Parameters.Of([.. batch.Loops.Select(loop => loop.Done)]),
            Parameters.Of([.. batch.Loops.Select(loop => loop.IsExact)]));
    }

    public IEnumerable<NpgsqlBatchCommand> Writes()
    {
        var change = ExecutionChange.Of(batch.Events);
        yield return Statement(
            Sql.WriteEvents,
            [
                .. EventParameters.Of(batch.Events, reports: null),
                Parameters.Of(1L),
                Parameters.Of(change.Phase?.ToString()),
                Parameters.Of(change.StartedAt is { } started ? Storable.Instant(started) : null),
                Parameters.Of(change.EndedAt is { } ended ? Storable.Instant(ended) : null),
                Parameters.Of((long?)batch.Steps?.Total),
                Parameters.Of((long?)batch.Steps?.Done),
            ]);
        if (batch.Results.Count > 0)
        {
            yield return Statement(
                Sql.StoreCallResults, Parameters.Of([.. batch.Results.Keys]), Parameters.Of([.. batch.Results.Values.Select(result => result.GetRawText())]));
        }

        foreach (var statement in Steps()) yield return statement;
        foreach (var statement in Loops()) yield return statement;
        if (change.EndedAt is not null) yield return Statement(Sql.CloseWork);
        else
        {
            foreach (var statement in Work()) yield return statement;
        }
    }

    /// <summary>The elements of the batch's loops, for collections small enough to travel as parameters.</summary>
    public IEnumerable<NpgsqlBatchCommand> Elements() =>
        batch.Collections.Select(pair => Elements(pair.Key, pair.Value)).Concat(batch.Carried.Select(pair => Carried(pair.Key, pair.Value)));

    private NpgsqlBatchCommand Elements(long runId, IReadOnlyList<JsonElement> elements) => Statement(
        Sql.StoreElements,
        Parameters.Of(runId),
        Parameters.Of([.. elements.Select(element => element.GetRawText())]),
        batch.Keys.TryGetValue(runId, out var keys) ? Parameters.Of([.. keys.Select(LogKey)]) : Parameters.NoTexts());

    private NpgsqlBatchCommand Carried(long runId, IReadOnlyList<CarriedIteration> carried)
    {
        var iterations = carried.SelectMany(iteration => iteration.Singles()).ToList();
        return Statement(
            Sql.StoreCarried,
            Parameters.Of(runId),
            Parameters.Of([.. iterations.Select(iteration => iteration.Index)]),
            Parameters.Of([.. iterations.Select(iteration => iteration.Origin.Execution.Value)]),
            Parameters.Of([.. iterations.Select(iteration => iteration.Origin.Key.RunId)]),
            Parameters.Of([.. iterations.Select(iteration => iteration.Origin.Key.Index)]),
            Parameters.Of([.. iterations.Select(iteration => iteration.Size)]));
    }

    private static string? LogKey(string key) => Storable.Sentence(key);

    private IEnumerable<NpgsqlBatchCommand> Steps()
    {
        var entered = batch.Events.Select((happened, i) => (happened, Place: i + 1))
            .Where(e => e.happened.Type is EventType.StepStarted or EventType.StepSkipped).ToArray();
        if (entered.Length == 0) yield break;
        yield return Statement(
            Sql.EnterSteps,
            Parameters.Of([.. entered.Select(e => e.happened.Step)]),
            Parameters.Of([.. entered.Select(e => e.happened.Epoch ?? 0)]),
            Parameters.Of([.. entered.Select(e => e.Place)]));
    }

    private IEnumerable<NpgsqlBatchCommand> Loops()
    {
        var started = batch.Events.Where(happened => happened.Type == EventType.IteratorStarted).Select(LoopState.Start).ToArray();
        if (started.Length > 0)
        {
            yield return Statement(
                Sql.StartLoops,
                Parameters.Of([.. started.Select(loop => loop.RunId)]),
                Parameters.Of([.. started.Select(loop => loop.Total)]),
                Parameters.Of([.. started.Select(loop => loop.Range?.Start)]),
                Parameters.Of([.. started.Select(loop => loop.Range?.Step)]),
                Parameters.Of([.. started.Select(loop => (DateTimeOffset?)Storable.Instant(loop.StartedAt))]),
                Parameters.Of([.. started.Select(loop => loop.Epoch)]),
                Parameters.Of([.. started.Select(loop => loop.Step)]),
                Parameters.Of([.. started.Select(loop => loop.Succeeded)]),
                Parameters.Of([.. started.Select(loop => loop.Aggregates is { } book ? AggregateStatements.Write(book) : null)]));
        }

        foreach (var (run, former) in batch.Inherited)
        {
            yield return Statement(
                Sql.InheritAggregates,
                Parameters.Of(run),
                Parameters.Of(former.Execution.Value),
                Parameters.Of(former.Name.Step),
                Parameters.Of(former.Name.Epoch),
                Parameters.Of(former.Iterations));
        }

        if (started.Where(loop => loop.Pool is not null).ToArray() is { Length: > 0 } pooled)
            yield return Statement(Sql.StartPools, Parameters.Of([.. pooled.Select(loop => loop.RunId)]));
        var ended = batch.Events.Where(happened => happened.Type is EventType.IteratorCompleted or EventType.IteratorFailed && happened.RunId > 0).ToArray();
        if (ended.Length > 0) yield return Statement(Sql.EndPools, Parameters.Of([.. ended.Select(happened => happened.RunId!.Value)]));
        var advanced = LoopChange.Of(batch.Events);
        if (advanced.Count == 0) yield break;
        yield return Statement(
            Sql.AdvanceLoops,
            Parameters.Of([.. advanced.Select(loop => loop.RunId)]),
            Parameters.Of([.. advanced.Select(loop => loop.Cursor)]),
            Parameters.Of([.. advanced.Select(loop => loop.Succeeded)]),
            Parameters.Of([.. advanced.Select(loop => loop.Failed)]),
            Parameters.Of([.. advanced.Select(loop => loop.FirstError)]),
            Parameters.Of([.. advanced.Select(loop => loop.NextStartAt)]),
            Parameters.Of([.. advanced.Select(loop => loop.Failures.Write())]));
    }

    private IEnumerable<NpgsqlBatchCommand> Work()
    {
        var changes = WorkChange.Of(batch.Events);
        if (changes.Where(work => work.Ends).ToArray() is { Length: > 0 } ended) yield return Statement(Sql.EndWork, [.. Keys(ended)]);
        if (changes.Where(work => work.Changes).ToArray() is { Length: > 0 } changed)
        {
            yield return Statement(
                Sql.ChangeWork,
                [
                    .. Keys(changed),
                    Parameters.Of([.. changed.Select(work => work.Losses)]),
                    Parameters.Of([.. changed.Select(work => work.AttemptsUsed)]),
                    Parameters.Of([.. changed.Select(work => work.NextAt)]),
                ]);
        }

        if (changes.Where(work => work.Opened is not null).ToArray() is not { Length: > 0 } opened) yield break;
        yield return Statement(
            Sql.OpenWork,
            [
                .. Keys(opened),
                Parameters.Of([.. opened.Select(work => work.Opened!.Fence)]),
                Parameters.Of([.. opened.Select(work => work.Opened!.Losses)]),
                Parameters.Of([.. opened.Select(work => work.Opened!.AttemptsUsed)]),
                Parameters.Of([.. opened.Select(work => work.Opened!.NextAt)]),
                Parameters.Of([.. opened.Select(work => work.Opened!.Size)]),
            ]);
    }

    private static NpgsqlParameter[] Keys(WorkChange[] changes) =>
        [Parameters.Of([.. changes.Select(work => work.Key.RunId)]), Parameters.Of([.. changes.Select(work => work.Key.Index)])];

    private NpgsqlBatchCommand Statement(string sql, params NpgsqlParameter[] parameters) => BatchStatement.For(sql, id, parameters);
}
