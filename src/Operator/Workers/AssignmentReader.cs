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
    private static readonly JsonElement s_null = JsonElement.Parse("null");

    /// <summary>The assignment of a piece of work with the element that its claim, or <see cref="ReadElementAsync"/>, gave.</summary>
    /// <param name="takesReferences">Whether results may be referred to, for <see cref="ReadInputAsync"/>.</param>
    public async ValueTask<Assignment> ComposeAsync(
        ExecutionView view, StepRun run, OpenWork work, JsonElement? element, bool takesReferences, CancellationToken cancellationToken)
    {
        var id = view.Header.Id;
        var inputs = InputPlanner.Plan(view.Plan, view.State, view.Plan.ByName[run.Step], takesReferences);
        // Nothing is read for work that will not start.
        if (inputs.Problem is not null) inputs = inputs with { Inputs = [] };
        var loops = new Dictionary<long, IReadOnlyList<JsonElement?>>();
        foreach (var read in inputs.LoopRuns) loops[read] = await ReadLoopAsync(view, read, cancellationToken);
        var large = new Dictionary<WorkKey, JsonElement>();
        foreach (var key in inputs.LargeResults)
            if (await reader.ReadResultAsync(id, key, cancellationToken) is { } value) large[key] = value;
        return AssignmentComposer.Compose(view.Plan, Reconciler.FactsOf(view.Header), view.State, run, new AssignmentInput(work, element, inputs, loops, large));
    }

    /// <summary>A result that an assignment refers to, as templates see it; null when the run is not known any more or has not ended.</summary>
    public async ValueTask<JsonElement?> ReadInputAsync(ExecutionView view, InputRequest asked, CancellationToken cancellationToken)
    {
        // The step may have been entered again since: then it is the former run.
        var found = view.State.FindRun(asked.RunId);
        if ((found?.RunId == asked.RunId ? found : found?.Former) is not { } run || run.Visible != run) return null;
        if (!run.IsLoop && run.ResultBytes is null) return run.Result ?? s_null;
        if (!run.IsLoop) return await reader.ReadResultAsync(view.Header.Id, new WorkKey(run.RunId, WorkKey.Call), cancellationToken);
        var results = asked.WithResults ? await ReadLoopAsync(view, run.RunId, cancellationToken) : null;
        return JsonText.Write(writer => EarlierResult.Write(writer, run, large: null, results));
    }

    /// <summary>The element of an iteration, or those of a chunk, without claiming it.</summary>
    public ValueTask<JsonElement?> ReadElementAsync(ExecutionId id, OpenWork work, CancellationToken cancellationToken) =>
        work.Key.IsCall ? ValueTask.FromResult<JsonElement?>(null) : reader.ReadElementAsync(id, work.Key, work.Size, cancellationToken);

    private Task<IReadOnlyList<JsonElement?>> ReadLoopAsync(ExecutionView view, long runId, CancellationToken cancellationToken) =>
        LoopResults.ReadAsync(reader, view.Header.Id, runId, view.Plan.LoopOf(view.State.FindRun(runId)?.Step), MaxLoopResults, cancellationToken);
}
