using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog;

/// <summary>What is needed to register an execution.</summary>
/// <param name="Id">A fresh, time-ordered id; ignored when the resource is already known.</param>
/// <param name="ClusterUid">Uid of the cluster (its kube-system namespace); a constant for local runs.</param>
/// <param name="Uid">Uid of the Execution resource.</param>
/// <param name="Digest">SHA-256 of the canonical playbook spec, in hex.</param>
/// <param name="Spec">The playbook's spec in canonical JSON; stored once for each digest.</param>
/// <param name="Workload">The execution's own workload: data that is merged over the playbook's.</param>
public sealed record NewExecution(
    ExecutionId Id, string ClusterUid, string Uid, string Namespace, string Name, string Playbook, string Digest, JsonElement Spec, JsonElement Workload)
{
    public ExecutionId? Parent { get; init; }

    /// <summary>The execution whose iterations that did not succeed are run again; null: everything is run.</summary>
    public ExecutionId? RetryOf { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long its rows stay after its end; null: for good.</summary>
    public TimeSpan? Retention { get; init; }
}

/// <summary>The row of an execution.</summary>
public sealed record ExecutionHeader
{
    public required ExecutionId Id { get; init; }

    public required string ClusterUid { get; init; }

    public required string Uid { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Playbook { get; init; }

    public required string Digest { get; init; }

    public required JsonElement Workload { get; init; }

    public required ExecutionPhase Phase { get; init; }

    /// <summary>Bumped by each append of a decider, by nothing else.</summary>
    public required long Version { get; init; }

    /// <summary>The newest event's id; 0 before the first.</summary>
    public required long LastEventId { get; init; }

    public ExecutionId? Parent { get; init; }

    /// <summary>See <see cref="NewExecution.RetryOf"/>.</summary>
    public ExecutionId? RetryOf { get; init; }

    /// <summary>What the leader left it when it last looked, if that is less than it could take; null: its own limits decide.</summary>
    public Allowance? Allowance { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Read by <see cref="IEventReader.ListAsync"/> alone; null elsewhere.</summary>
    public LoopProgress? Progress { get; init; }
}

/// <summary>How far the loops of an execution are, in elements: those of the newest run of each step.</summary>
public sealed record LoopProgress(long Total, long Succeeded, long Failed)
{
    public static LoopProgress None { get; } = new(0, 0, 0);

    /// <summary>How far its workflow is.</summary>
    public StepProgress Steps { get; init; }
}

/// <summary>
/// Answer of the batch read. The full state is the fold of the skeleton events with loops and open work set to these rows
/// (<see cref="ToState"/>); it equals the fold of the whole log.
/// </summary>
public sealed record ExecutionSnapshot(
    ExecutionHeader Header,
    IReadOnlyList<ExecutionEvent> Skeleton,
    IReadOnlyList<LoopState> Loops,
    IReadOnlyList<OpenWorkRow> Open)
{
    /// <summary>Folds the skeleton onto <paramref name="before"/> (the state at the <c>sinceEventId</c> of the read) and puts the rows in place.</summary>
    public ExecutionState ToState(ExecutionState before)
    {
        var state = before.Apply(Skeleton);
        var loops = state.Loops;
        foreach (var loop in Loops)
        {
            // What never changes about a loop stands in its first event; only what changes is worth a column.
            loops = loops.SetItem(loop.RunId, loops.TryGetValue(loop.RunId, out var begun)
                ? loop with { Chunk = begun.Chunk, Carried = begun.Carried, Pool = begun.Pool, Aggregates = begun.Aggregates }
                : loop);
        }

        return state with
        {
            LastEventId = Header.LastEventId,
            Loops = loops,
            Open = state.IsTerminal ? state.Open.Clear() : state.Open.Clear().SetItems(Open.Select(row => KeyValuePair.Create(row.Work.Key, row.Work))),
        };
    }
}

/// <param name="Work">The open work.</param>
/// <param name="Claimed">Whether a worker has claimed the current delivery.</param>
public sealed record OpenWorkRow(OpenWork Work, bool Claimed);

/// <summary>What a decider appends in one transaction.</summary>
/// <param name="ExpectedVersion">The version that it read.</param>
/// <param name="Events">In order; ids are given by the log.</param>
public sealed record AppendBatch(long ExpectedVersion, IReadOnlyList<ExecutionEvent> Events)
{
    /// <summary>Elements of loops whose <c>iterator.started</c> is in the batch, by the (possibly provisional) run id; loops over ranges have none.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<JsonElement>> Collections { get; init; } = new Dictionary<long, IReadOnlyList<JsonElement>>();

    /// <summary>Names of those elements, where the loop has a <c>key</c>; one for each, in order.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<string>> Keys { get; init; } = new Dictionary<long, IReadOnlyList<string>>();

    /// <summary>Results by reference of calls whose <c>call.done</c> is in the batch, by the (possibly provisional) run id.</summary>
    public IReadOnlyDictionary<long, JsonElement> Results { get; init; } = new Dictionary<long, JsonElement>();

    /// <summary>Iterations of loops whose <c>iterator.started</c> is in the batch that a former execution has done: their results are read from there.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<CarriedIteration>> Carried { get; init; } = new Dictionary<long, IReadOnlyList<CarriedIteration>>();

    /// <summary>
    /// Loops whose <c>iterator.started</c> is in the batch and whose numbers begin with those of a former one, if that one summed up the same names.
    /// </summary>
    public IReadOnlyDictionary<long, FormerLoop> Inherited { get; init; } = new Dictionary<long, FormerLoop>();

    /// <summary>Work whose delivery must still be what the decider saw: same fence and still open; for each re-delivery and each failure that the decider declares.</summary>
    public IReadOnlyList<OpenWork> StillOpen { get; init; } = [];

    /// <summary>How far the workflow is with this batch; null leaves what was known.</summary>
    public StepProgress? Steps { get; init; }

    /// <summary>Runs of loops that must be done (done = total, nothing open), or, with a count below the total, must still stand at that count.</summary>
    public IReadOnlyList<LoopCondition> Loops { get; init; } = [];
}

/// <summary>
/// An append is refused unless the loop's succeeded + failed is at least <paramref name="Done"/>; with <paramref name="IsExact"/> unless it is just that.
/// </summary>
public sealed record LoopCondition(long RunId, long Done, bool IsExact = false);

/// <summary>How an append ended.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <param name="FirstEventId">Id of the first event of the batch; the others follow densely.</param>
    /// <param name="Version">The version to append with next.</param>
    public sealed record Appended(long FirstEventId, long Version) : AppendResult;

    /// <summary>Somebody else has appended since: read again and decide again.</summary>
    public sealed record VersionConflict : AppendResult;

    /// <summary>A condition of the batch no longer holds: read again and decide again.</summary>
    public sealed record ConditionFailed : AppendResult;

    /// <summary>The execution has its terminal event; nothing may follow.</summary>
    public sealed record Closed : AppendResult;

    /// <summary>No such execution.</summary>
    public sealed record NotFound : AppendResult;
}

/// <summary>How a claim ended.</summary>
public abstract record ClaimResult
{
    private ClaimResult()
    {
    }

    /// <param name="Element">The iteration's element as stored, for a chunk the list of its elements; null for calls and for loops over a range.</param>
    /// <param name="AttemptsUsed">Call attempts that earlier deliveries used up.</param>
    public sealed record Claimed(JsonElement? Element, int AttemptsUsed) : ClaimResult
    {
        /// <summary>Elements of a chunk; null for everything else.</summary>
        public int? Size { get; init; }

        /// <summary>The newest progress of any delivery of this work; null: none was saved.</summary>
        public PageProgress? Progress { get; init; }
    }

    /// <summary>Not open any more, not this fence, claimed by another pod, or the execution has ended: the worker exits without a report.</summary>
    public sealed record Refused(string Reason) : ClaimResult
    {
        /// <summary>The delivery stands, but another pod has claimed it: this one can only be there because that one is gone.</summary>
        public bool ByOtherClaimant { get; init; }
    }
}

/// <summary>A Job that was created for a delivery.</summary>
public sealed record JobRecord(WorkKey Key, int Fence, string JobUid);

/// <summary>The delivery that a Job belongs to.</summary>
public sealed record JobRecordMatch(ExecutionId Execution, WorkKey Key, int Fence);

/// <summary>One ended iteration.</summary>
/// <param name="Result">Its value; null when it failed.</param>
/// <param name="Error">Null when it completed.</param>
public sealed record IterationOutcome(long Index, JsonElement? Result, string? Error);

/// <summary>Which events, and in which order.</summary>
/// <param name="Type">Only events of this type; null for all.</param>
/// <param name="SinceEventId">When set: ascending, only events with a larger id. Otherwise newest first.</param>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">At most 500.</param>
public sealed record EventQuery(int Page, int PageSize, EventType? Type = null, long? SinceEventId = null);

/// <param name="Events">The page.</param>
/// <param name="TotalEvents">Exact number of events that match, from counters; with <see cref="EventQuery.SinceEventId"/> those after it.</param>
public sealed record EventPage(IReadOnlyList<ExecutionEvent> Events, long TotalEvents);

/// <summary>The database cannot be reached or used now. One sentence; the inner exception has the rest. Trying again later makes sense.</summary>
public sealed class EventLogUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
