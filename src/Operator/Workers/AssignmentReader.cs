using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Where an execution stands, as one read gave it.</summary>
public sealed record ExecutionView(ExecutionHeader Header, ExecutionState State, Plan Plan);

/// <summary>Puts assignments together; it changes nothing, so it may be asked by whoever does the work.</summary>
public sealed class AssignmentReader(IEventReader reader)
{
    private const int MaxLoopResults = 1_000_000;

    /// <summary>The assignment of a piece of work with the element that its claim, or <see cref="ReadElementAsync"/>, gave.</summary>
    public async ValueTask<Assignment> ComposeAsync(
        ExecutionView view, StepRun run, OpenWork work, JsonElement? element, CancellationToken cancellationToken)
    {
        var step = view.Plan.ByName[run.Step];
        var id = view.Header.Id;
        var loops = new Dictionary<long, IReadOnlyList<JsonElement?>>();
        foreach (var read in AssignmentComposer.LoopResultsReadBy(step, view.State))
            loops[read] = await LoopResults.ReadAsync(reader, id, read, view.Plan.LoopOf(view.State.FindRun(read)?.Step), MaxLoopResults, cancellationToken);
        var large = new Dictionary<WorkKey, JsonElement>();
        foreach (var key in AssignmentComposer.LargeResultsReadBy(step, view.State))
            if (await reader.ReadResultAsync(id, key, cancellationToken) is { } value) large[key] = value;
        return AssignmentComposer.Compose(view.Plan, Reconciler.FactsOf(view.Header), view.State, run, new AssignmentInput(work, element, loops, large));
    }

    /// <summary>The element of an iteration, or those of a chunk, without claiming it.</summary>
    public ValueTask<JsonElement?> ReadElementAsync(ExecutionId id, OpenWork work, CancellationToken cancellationToken) =>
        work.Key.IsCall ? ValueTask.FromResult<JsonElement?>(null) : reader.ReadElementAsync(id, work.Key, work.Size, cancellationToken);
}
