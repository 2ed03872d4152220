using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles one step of the workflow.</summary>
internal static class StepCompiler
{
    private const int MaxNameLength = 63;

    /// <summary>What templates read of the last call beside its result, and only the worker knows.</summary>
    private static readonly string[] s_ofCall = ["response", "status_code", "headers", "links", "attempt", "page", "args"];

    public static StepPlan Compile(JsonElement source, string field, WorkloadPlan workload, CacheDefaults cache, TemplateCompiler templates)
    {
        var reader = new FieldReader(source, field, templates.Problems);
        // In the flat form name may be a key of the tool.
        var name = (reader.Has("step") ? reader.TakeString("step") : reader.TakeString("step", "name")) ?? "";
        CheckName(reader, name);
        reader.Take("desc", "description");
        var task = TaskCompiler.Compile(reader, templates);
        if (CacheCompiler.Compile(reader, task, cache) is { } kept) task = task is null ? null : task with { Cache = kept };
        var loop = LoopCompiler.Fit(LoopCompiler.Compile(reader, templates), task, reader);
        var hasVars = reader.Has("vars");
        var vars = TaskCompiler.CompileMap(reader, templates, "vars");
        var (ofWorker, ofOperator) = CasePlacement.Place(RouteCompiler.CompileCase(reader, templates), task, loop, templates.Problems);
        if (task is { RunsAsChild: true }) CheckChild(ofWorker, templates.Problems);
        var step = new StepPlan
        {
            Name = name,
            Field = field,
            Task = task,
            Loop = loop,
            Case = ofOperator,
            Next = RouteCompiler.CompileNext(reader, templates),
            Vars = hasVars ? vars : null,
            RunsInOperator = task is not null && loop is null && ofWorker.Length == 0 && RunsInOperator(task, workload),
        };
        if (task is not null) step = WithTask(step, Extend(task, step, ofWorker), source, templates.Tools, StepSource.Of(reader));
        reader.ReportUnknown();
        if (loop is not null && task is null && !reader.Has("tool")) reader.Error("tool", "is required: a tool must be named for a loop to run.");
        return step;
    }

    /// <summary>A child execution has no worker that could write or gather.</summary>
    private static void CheckChild(ImmutableArray<CaseClause> clauses, List<Problem> problems)
    {
        foreach (var clause in clauses.Where(clause => clause.Then.Sink is not null || clause.Then.Collect is not null))
            problems.Add(new Problem(ProblemSeverity.Error, clause.Field, "has sink or collect, which do not go with the tool playbook; write from a step after it, or inside the child."));
    }

    /// <summary>What the worker has to know of the step around its task.</summary>
    private static TaskPlan Extend(TaskPlan task, StepPlan step, ImmutableArray<CaseClause> ofWorker) => task with
    {
        Until = step.Loop?.Until,
        Aggregates = step.Loop?.Aggregates ?? [],
        KeepsResult = step.Loop?.KeepResults ?? true,
        Case = ofWorker,
        IsIteration = step.Loop is not null,
        Vars = step.Loop is null && ofWorker.Length > 0 ? step.Vars : null,
        Reports = step.Loop is null ? [.. s_ofCall.Where(name => (name == "args" || !step.RunsInOperator) && LeaveReads(step, name))] : [],
    };

    private static StepPlan WithTask(StepPlan step, TaskPlan task, JsonElement source, ToolSchemas tools, StepSource parts) =>
        step with { Task = task, TaskSource = TaskCompiler.Source(source, task.Tool, tools, writer => TaskExtras.Write(writer, task, parts)) };

    private static bool LeaveReads(StepPlan step, string name) =>
        step.Case.SelectMany(clause => (clause.When?.References ?? []).Concat(clause.Then.References))
            .Concat(step.Next.SelectMany(clause => (clause.When?.References ?? []).Concat(clause.Targets.SelectMany(target => target.Args?.References ?? []))))
            .Concat(step.Vars?.References ?? [])
            .Any(reference => reference.Root == name);

    private static bool RunsInOperator(TaskPlan task, WorkloadPlan workload) =>
        task.Tool.Kind is "transform" or "noop"
        && task.Sink is null
        && task.Retry.OnError is null
        && !workload.WithMembers(task.References).Any(reference => WorkloadPlan.IsSecret(reference, workload.SecretMembers) || reference.Root == "iteration");

    private static void CheckName(FieldReader reader, string name)
    {
        if (!reader.Has("step") && !reader.Has("name")) reader.Error("step", "is required: the step's unique name.");
        else if (name.Length is 0 or > MaxNameLength || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
            reader.Error(reader.Spelling("step", "name"), $"must be 1 to {MaxNameLength} letters, digits, _, - or ., not '{name}'.");
        else if (ContextNames.IsEverywhere(name))
            reader.Error(reader.Spelling("step", "name"), $"'{name}' has a meaning of its own in templates; choose another name.");
        else if (ContextNames.HidesSteps(name))
            reader.Warn(reader.Spelling("step", "name"), $"'{name}' has a meaning of its own in some templates, which hides the step's result there; choose another name.");
    }
}
