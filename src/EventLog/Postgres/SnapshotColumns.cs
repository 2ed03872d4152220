using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Reads the one row of <c>Reads/Snapshot.sql</c>: header, skeleton, loops, open work.</summary>
internal static class SnapshotColumns
{
    private const int FirstLoop = HeaderColumns.Count + 14;
    private const int FirstWork = FirstLoop + 16;

    public static ExecutionSnapshot Read(NpgsqlDataReader row) =>
        new(HeaderColumns.Read(row), EventColumns.Read(row, HeaderColumns.Count), ReadLoops(row), ReadWork(row));

    private static IReadOnlyList<LoopState> ReadLoops(NpgsqlDataReader row)
    {
        if (row.IsDBNull(FirstLoop)) return [];
        var runs = row.GetFieldValue<long[]>(FirstLoop);
        var steps = row.GetFieldValue<string[]>(FirstLoop + 1);
        var epochs = row.GetFieldValue<int[]>(FirstLoop + 2);
        var totals = row.GetFieldValue<long[]>(FirstLoop + 3);
        var rangeStarts = row.GetFieldValue<long?[]>(FirstLoop + 4);
        var rangeSteps = row.GetFieldValue<long?[]>(FirstLoop + 5);
        var cursors = row.GetFieldValue<long[]>(FirstLoop + 6);
        var succeeded = row.GetFieldValue<long[]>(FirstLoop + 7);
        var failed = row.GetFieldValue<long[]>(FirstLoop + 8);
        var firstErrors = row.GetFieldValue<string?[]>(FirstLoop + 9);
        var started = row.GetFieldValue<DateTime[]>(FirstLoop + 10);
        var stopped = row.GetFieldValue<bool[]>(FirstLoop + 11);
        var nextStarts = row.GetFieldValue<DateTime?[]>(FirstLoop + 12);
        var leased = row.GetFieldValue<long[]>(FirstLoop + 13);
        var executing = row.GetFieldValue<long[]>(FirstLoop + 14);
        var failures = row.GetFieldValue<string?[]>(FirstLoop + 15);
        return [.. runs.Select((run, i) => new LoopState
        {
            RunId = run,
            Step = steps[i],
            Epoch = epochs[i],
            Total = totals[i],
            Range = rangeStarts[i] is { } start && rangeSteps[i] is { } step ? new LoopRange(start, step) : null,
            Cursor = cursors[i],
            Succeeded = succeeded[i],
            Failed = failed[i],
            FirstError = firstErrors[i],
            StartedAt = new DateTimeOffset(started[i]),
            Stopped = stopped[i],
            Leased = leased[i],
            Executing = executing[i],
            Failures = FailureTable.Read(failures[i]),
            NextStartAt = nextStarts[i] is { } next ? new DateTimeOffset(next) : null,
        })];
    }

    private static IReadOnlyList<OpenWorkRow> ReadWork(NpgsqlDataReader row)
    {
        if (row.IsDBNull(FirstWork)) return [];
        var runs = row.GetFieldValue<long[]>(FirstWork);
        var indexes = row.GetFieldValue<long[]>(FirstWork + 1);
        var fences = row.GetFieldValue<int[]>(FirstWork + 2);
        var losses = row.GetFieldValue<int[]>(FirstWork + 3);
        var attempts = row.GetFieldValue<int[]>(FirstWork + 4);
        var due = row.GetFieldValue<DateTime?[]>(FirstWork + 5);
        var claimed = row.GetFieldValue<bool[]>(FirstWork + 6);
        var sizes = row.GetFieldValue<int?[]>(FirstWork + 7);
        return [.. runs.Select((run, i) => new OpenWorkRow(
            new OpenWork(new WorkKey(run, indexes[i]), fences[i], losses[i], attempts[i], due[i] is { } at ? new DateTimeOffset(at) : null) { Size = sizes[i] },
            claimed[i]))];
    }
}
