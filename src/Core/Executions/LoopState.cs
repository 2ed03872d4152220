using System.Text.Json;
using PlaybookOperator.Core.Executions.Failures;
using PlaybookOperator.Core.Statistics;

namespace PlaybookOperator.Core.Executions;

/// <summary>
/// Where one run of a loop stands: counters and a cursor, never a row per iteration. Everything below <see cref="Cursor"/> has been started;
/// what is started and not in <see cref="ExecutionState.Open"/> has ended.
/// </summary>
public sealed record LoopState
{
    public required long RunId { get; init; }

    public required string Step { get; init; }

    public required int Epoch { get; init; }

    /// <summary>Number of elements, after <c>where</c> and <c>limit</c>; written once at <c>iterator.started</c>.</summary>
    public required long Total { get; init; }

    /// <summary>Elements of one call, at most; null unless the loop is chunked. Then index and counters below count elements too.</summary>
    public int? Chunk { get; init; }

    /// <summary>The range that the elements come from, or null when they are stored one by one.</summary>
    public LoopRange? Range { get; init; }

    /// <summary>Indexes that a former execution has done: never started here, succeeded from the beginning. Null: none.</summary>
    public IndexSet? Carried { get; init; }

    /// <summary>The index that is started next, 0..<see cref="Total"/>.</summary>
    public long Cursor { get; init; }

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    /// <summary>The failure with the lowest event id, as <c>index: message</c>; null while nothing failed.</summary>
    public string? FirstError { get; init; }

    /// <summary>Failures by signature.</summary>
    public FailureTable Failures { get; init; } = FailureTable.Empty;

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>An iteration found <c>until</c> true: nothing more starts, and what has not started is skipped.</summary>
    public bool Stopped { get; init; }

    /// <summary>With <c>rateLimit</c>: the earliest instant at which the next iteration may start; null before the first.</summary>
    public DateTimeOffset? NextStartAt { get; init; }

    /// <summary>The pool that runs it; null: each iteration has a delivery of its own.</summary>
    public PoolState? Pool { get; init; }

    /// <summary>Elements that are leased to workers of the pool and have not ended, as the log's ledger says; no event tells of it.</summary>
    public long Leased { get; init; }

    /// <summary>Those of them that execute, as far as the ledger knows.</summary>
    public long Executing { get; init; }

    /// <summary>The numbers that it sums up, as they are at its start; null: none.</summary>
    public AggregateBook? Aggregates { get; init; }

    /// <summary>The first index from here on that is to be run.</summary>
    public long NextToRun(long from) => Carried?.NextMissing(from) ?? from;

    /// <summary>The first index from here on, below <paramref name="end"/>, that is not to be run; without one, <paramref name="end"/>.</summary>
    public long EndToRun(long from, long end) => Carried?.NextContained(from, end) ?? end;

    /// <summary>Elements of a call that begins at this index.</summary>
    /// <param name="chunk">Elements that a chunk may have now, if that is less than the loop says.</param>
    public int SizeAt(long index, int? chunk = null) =>
        (int)(EndToRun(index, Math.Min(Total, index + (Chunk is { } full ? Math.Min(full, chunk ?? full) : 1))) - index);

    /// <summary>Iterations that succeeded or failed. One that was cancelled did neither: it counts as skipped.</summary>
    public long Done => Succeeded + Failed;

    /// <summary>Reads the loop out of its <c>iterator.started</c> event.</summary>
    public static LoopState Start(ExecutionEvent started)
    {
        var range = started.Context.Member("range");
        var carried = started.Context.Member("carried");
        return new LoopState
        {
            RunId = started.RunId!.Value,
            Step = started.Step!,
            Epoch = started.Epoch!.Value,
            Total = started.Context.Member("total_count")!.Value.GetInt64(),
            Chunk = started.Context.Member("chunk")?.GetInt32(),
            Range = range is { } r ? new LoopRange(r.GetProperty("start").GetInt64(), r.GetProperty("step").GetInt64()) : null,
            Carried = carried.Member("indexes") is { } indexes ? IndexSet.Read(indexes) : null,
            Succeeded = carried.Member("succeeded")?.GetInt64() ?? 0,
            Pool = started.Context.Member("pool") is { } pool ? PoolState.Read(pool) : null,
            Aggregates = started.Context.Member("aggregate") is { } aggregate ? ReadAggregate(aggregate) : null,
            StartedAt = started.CreatedAt,
        };
    }

    private static AggregateBook ReadAggregate(JsonElement aggregate) =>
        AggregateBook.Of(aggregate.GetProperty("names").EnumerateArray().Select(name => name.GetString()!), aggregate.GetProperty("samples").GetInt32());

    public LoopState Apply(ExecutionEvent happened) => happened.Type switch
    {
        EventType.IterationStarted => this with
        {
            Cursor = Math.Max(Cursor, happened.IterationIndex!.Value + (happened.ChunkSize ?? 1)),
            NextStartAt = happened.Context.Member("next_start_at")?.GetDateTimeOffset() ?? NextStartAt,
        },
        EventType.IterationCompleted => this with
        {
            Succeeded = Succeeded + (happened.ChunkSize ?? 1),
            Stopped = Stopped || happened.Context.Member("until") is { ValueKind: JsonValueKind.True },
        },
        EventType.IterationFailed when happened.Status != EventStatus.Cancelled => this with
        {
            Failed = Failed + (happened.ChunkSize ?? 1),
            FirstError = FirstError ?? $"iteration {happened.IterationIndex}: {happened.Error}",
            Failures = Failures.Add(FailuresOf(happened)),
        },
        _ => this,
    };

    private static FailureTable FailuresOf(ExecutionEvent failed) =>
        FailureTable.Of(FailureTable.KindOf(failed.Context.Member("error")), failed.Error, failed.ChunkSize ?? 1);
}

/// <summary>A lazy list of integers: element i is <c>Start + i × Step</c>.</summary>
public readonly record struct LoopRange(long Start, long Step)
{
    public long this[long index] => checked(Start + (index * Step));
}
