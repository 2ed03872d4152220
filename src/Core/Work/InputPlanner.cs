using System.Collections.Immutable;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Work;

/// <summary>One earlier result of an assignment.</summary>
/// <param name="Run">The run that templates see under the step's name.</param>
/// <param name="WithResults">For a loop: with the values of its iterations.</param>
/// <param name="IsReference">Not carried: the worker asks for it.</param>
public sealed record PlannedInput(StepRun Run, bool WithResults, bool IsReference);

/// <summary>Which earlier results an assignment has.</summary>
/// <param name="Inputs">Each step once, those that templates name first.</param>
/// <param name="Problem">Why the step may not start; null when it may.</param>
public sealed record InputPlan(ImmutableArray<PlannedInput> Inputs, WorkError? Problem)
{
    public IEnumerable<PlannedInput> Carried => Inputs.Where(input => !input.IsReference);

    public IEnumerable<InputReference> References =>
        Inputs.Where(input => input.IsReference).Select(input => new InputReference(input.Run.Step, input.Run.RunId, input.WithResults));

    /// <summary>Runs of loops whose values are carried: each is read page by page.</summary>
    public IEnumerable<long> LoopRuns => Carried.Where(input => input.Run.IsLoop && input.WithResults).Select(input => input.Run.RunId);

    /// <summary>Results stored by reference that are carried: each is one read.</summary>
    public IEnumerable<WorkKey> LargeResults =>
        Carried.Where(input => !input.Run.IsLoop && input.Run.ResultBytes is not null).Select(input => new WorkKey(input.Run.RunId, WorkKey.Call));
}

/// <summary>
/// Plans which results of earlier steps an assignment carries and which it only refers to (<see cref="LoadingPlan"/>). What the step's templates name is
/// there under every strategy, at whatever depth: a strategy changes what is read and sent, never what a template gives.
/// </summary>
public static class InputPlanner
{
    /// <param name="step">The step that is about to work; it has a task.</param>
    /// <param name="takesReferences">Whether whoever gets the assignment can ask for results. Children and containers are started by the operator, which has them at hand.</param>
    public static InputPlan Plan(Plan plan, ExecutionState state, StepPlan step, bool takesReferences)
    {
        var loading = plan.Loading;
        var named = Named(plan, step, state);
        var isLate = takesReferences && loading.Strategy == LoadingStrategy.Lazy && step.Task is { RunsAsChild: false, RunsAsContainer: false };
        var inputs = ImmutableArray.CreateBuilder<PlannedInput>();
        foreach (var (run, withResults) in named.Values)
            inputs.Add(new PlannedInput(run, withResults, isLate && IsLate(plan, loading, run)));
        foreach (var name in Unnamed(plan, step).Where(name => name != step.Name && !IsOwnName(plan, state, step, name)).Distinct(StringComparer.Ordinal))
        {
            if (named.ContainsKey(name) || state.Steps.GetValueOrDefault(name)?.Visible is not { } run) continue;
            inputs.Add(new PlannedInput(run, WithResults: true, IsReference: false));
        }

        return new InputPlan(inputs.ToImmutable(), Missing(plan, state, step));
    }

    /// <summary>Why the step may not start: a result that <c>loading.required</c> names is not there. Null when it may.</summary>
    public static WorkError? Missing(Plan plan, ExecutionState state, StepPlan step)
    {
        foreach (var name in plan.Loading.Required)
        {
            if (!LeadsTo(plan, name, step.Name) || HasResult(state.Steps.GetValueOrDefault(name)?.Visible)) continue;
            return new WorkError(
                WorkErrorKind.Configuration,
                $"loading.required: the result of step '{name}' must be there before step '{step.Name}' starts, but it {Found(state.Steps.GetValueOrDefault(name))}. "
                + $"Let every way to '{step.Name}' lead through '{name}', or name it in loading.optional.");
        }

        return null;
    }

    /// <summary>What the task's templates name, in the order of their first appearance.</summary>
    private static OrderedDictionary<string, (StepRun Run, bool WithResults)> Named(Plan plan, StepPlan step, ExecutionState state)
    {
        var named = new OrderedDictionary<string, (StepRun Run, bool WithResults)>(StringComparer.Ordinal);
        foreach (var reference in plan.Workload.WithMembers(step.Task?.References ?? []))
        {
            if (IsOwnName(plan, state, step, reference.Root) || state.Steps.GetValueOrDefault(reference.Root)?.Visible is not { } run) continue;
            var reads = reference.Path.Count == 0 || reference.Path[0] == "results";
            named[reference.Root] = (run, reads || (named.TryGetValue(reference.Root, out var before) && before.WithResults));
        }

        return named;
    }

    /// <summary>What comes along although no template need name it.</summary>
    private static IEnumerable<string> Unnamed(Plan plan, StepPlan step)
    {
        var asked = plan.Loading.Required.Concat(plan.Loading.Optional);
        return plan.Loading.Strategy == LoadingStrategy.Eager ? asked.Concat(Ancestors(plan, step.Name)) : asked;
    }

    /// <summary>The steps that lead to this one, at most <see cref="LoadingPlan.MaxDepth"/> steps back, nearest first. The step of <c>onExit</c> comes after all.</summary>
    private static List<string> Ancestors(Plan plan, string step)
    {
        if (step == plan.OnExit) return [.. plan.Graph.Steps];
        var found = new List<string>();
        IReadOnlyList<string> level = [step];
        for (var depth = 0; depth < plan.Loading.MaxDepth && level.Count > 0; depth++)
        {
            level = [.. plan.Graph.Steps.Where(name => name != step && !found.Contains(name) && level.Any(target => plan.Graph.Successors[name].Contains(target)))];
            found.AddRange(level);
        }

        return found;
    }

    /// <summary>Whether every run of the target comes after one of the step, or passes it by. Ways back do not count: the first round has none.</summary>
    private static bool LeadsTo(Plan plan, string name, string target)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { target };
        var open = new Queue<string>([target]);
        while (open.TryDequeue(out var next))
        {
            foreach (var before in plan.Graph.Predecessors.GetValueOrDefault(next, []))
            {
                if (before == name) return name != target;
                if (seen.Add(before)) open.Enqueue(before);
            }
        }

        return false;
    }

    /// <summary>In a circle a newer run may take the place of the one that is referred to, so its result is carried.</summary>
    private static bool IsLate(Plan plan, LoadingPlan loading, StepRun run) =>
        !loading.Required.Contains(run.Step) && !loading.Optional.Contains(run.Step) && plan.Graph.LoopsWith(run.Step).Count == 0;

    /// <summary>What the work has under a name of its own (its element, <c>loop</c>, the error that led to it) hides a step of the same name.</summary>
    internal static bool IsOwnName(Plan plan, ExecutionState state, StepPlan step, string name) =>
        step.Loop is { } loop && (name == loop.Variable || name == "loop") || (name == "error" && state.ErrorFor(plan, step.Name) is not null);

    private static bool HasResult(StepRun? run) => run is { Status: not (StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled), ErrorDetail: null };

    private static string Found(StepRun? run) => run switch
    {
        null => "has not run",
        { Status: StepStatus.Running } => "has not ended",
        { Status: StepStatus.Skipped } => "was skipped",
        { Status: StepStatus.Cancelled } => "was cancelled",
        _ => $"failed{(run.Error is { } error ? $" ({error.TrimEnd('.')})" : "")}",
    };
}
