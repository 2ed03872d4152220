using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>What to do now: append the events first, then act.</summary>
public sealed record Decisions
{
    public IReadOnlyList<ExecutionEvent> Events { get; init; } = [];

    /// <summary>Elements of the loops that start in <see cref="Events"/>, by provisional run id; loops over ranges have none.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<JsonElement>> Collections { get; init; } = new Dictionary<long, IReadOnlyList<JsonElement>>();

    /// <summary>Names of the elements in <see cref="Collections"/>, where the loop has a <c>key</c>.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<string>> Keys { get; init; } = new Dictionary<long, IReadOnlyList<string>>();

    /// <summary>Results by reference of the calls that end in <see cref="Events"/>, by provisional run id.</summary>
    public IReadOnlyDictionary<long, JsonElement> Results { get; init; } = new Dictionary<long, JsonElement>();

    /// <summary>Iterations of the loops that start in <see cref="Events"/> which a former execution has done, in order of index.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<CarriedIteration>> Carried { get; init; } = new Dictionary<long, IReadOnlyList<CarriedIteration>>();

    /// <summary>
    /// Loops that start in <see cref="Events"/> with all that succeeded in a former execution, whose numbers they therefore begin with, by provisional run id.
    /// </summary>
    public IReadOnlyDictionary<long, FormerLoop> Inherited { get; init; } = new Dictionary<long, FormerLoop>();

    /// <summary>Work that must still be open with the same fence when the events are appended.</summary>
    public IReadOnlyList<OpenWork> StillOpen { get; init; } = [];

    /// <summary>Loops whose count of ended iterations must have got this far when the events are appended.</summary>
    public IReadOnlyDictionary<long, long> LoopsDone { get; init; } = new Dictionary<long, long>();

    /// <summary>Runs in <see cref="LoopsDone"/> whose count must be exactly that: those with a pool, whose results come in at any time.</summary>
    public IReadOnlySet<long> Settled { get; init; } = new HashSet<long>();

    /// <summary>How far the workflow is with <see cref="Events"/>.</summary>
    public StepProgress Steps { get; init; }

    /// <summary>Deliveries that should have a worker and have none. Only meaningful when there are no events: decide again after appending.</summary>
    public IReadOnlyList<Delivery> Start { get; init; } = [];

    /// <summary>Jobs that are of no use any more.</summary>
    public IReadOnlyList<Delivery> Stop { get; init; } = [];

    /// <summary>When to look again although nothing happened; null: only when woken.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Runs of loops whose results a template reads: decide again with them in <see cref="Observed.LoopResults"/>.</summary>
    public IReadOnlySet<long> NeedsLoopResults { get; init; } = new HashSet<long>();

    /// <summary>Results by reference that a template reads: decide again with them in <see cref="Observed.LargeResults"/>.</summary>
    public IReadOnlySet<WorkKey> NeedsLargeResults { get; init; } = new HashSet<WorkKey>();

    /// <summary>Loops of the execution that this one repeats: decide again with them in <see cref="Observed.Former"/>.</summary>
    public IReadOnlySet<LoopName> NeedsFormer { get; init; } = new HashSet<LoopName>();

    /// <summary>Runs of loops that end with their numbers summed up: decide again with them in <see cref="Observed.Aggregates"/>.</summary>
    public IReadOnlySet<long> NeedsAggregates { get; init; } = new HashSet<long>();

    /// <summary>Conditions that read something undefined and so counted as false.</summary>
    public long Warnings { get; init; }

    /// <summary>Templates that were evaluated.</summary>
    public long Evaluations { get; init; }

    /// <summary>Nothing was decided: it takes longer than <see cref="Deciding.DecidingBounds.PauseAfterSteps"/>. Decide again where there is time.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>What was decided has taken long: others are to have their turn before the next decision, which follows at once.</summary>
    public bool IsResting { get; init; }

    public bool NeedsMore => NeedsLoopResults.Count > 0 || NeedsLargeResults.Count > 0 || NeedsFormer.Count > 0 || NeedsAggregates.Count > 0;

    /// <summary>Nothing to append, start or stop.</summary>
    public bool IsQuiet => !IsTooLong && Events.Count == 0 && Start.Count == 0 && Stop.Count == 0 && !NeedsMore;
}
