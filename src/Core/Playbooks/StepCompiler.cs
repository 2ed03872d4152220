using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles one step of the workflow.</summary>
internal static class StepCompiler
{
    private const int MaxNameLength = 63;

    public static StepPlan Compile(JsonElement source, string field, WorkloadPlan workload, TemplateCompiler templates)
    {
        var reader = new FieldReader(source, field, templates.Problems);
        // In the flat form name may be a key of the tool.
        var name = (reader.Has("step") ? reader.TakeString("step") : reader.TakeString("step", "name")) ?? "";
        CheckName(reader, name);
        reader.Take("desc", "description");
        reader.TakeObject("cache");
        var task = TaskCompiler.Compile(reader, templates);
        var loop = LoopCompiler.Compile(reader, templates);
        var hasVars = reader.Has("vars");
        var vars = TaskCompiler.CompileMap(reader, templates, "vars");
        var step = new StepPlan
        {
            Name = name,
            Field = field,
            Task = task,
            TaskSource = task is null ? default : TaskCompiler.Source(source, task.Tool, templates.Tools),
            Loop = loop,
            Case = RouteCompiler.CompileCase(reader, templates),
            Next = RouteCompiler.CompileNext(reader, templates),
            Vars = hasVars ? vars : null,
            RunsInOperator = task is not null && loop is null && RunsInOperator(task, workload),
        };
        reader.ReportUnknown();
        if (loop is not null && task is null && !reader.Has("tool")) reader.Error("tool", "is required: a tool must be named for a loop to run.");
        return step;
    }

    private static bool RunsInOperator(TaskPlan task, WorkloadPlan workload) =>
        task.Tool.Kind is "transform" or "noop"
        && task.Sink is null
        && !task.References.Any(reference => WorkloadPlan.IsSecret(reference, workload.SecretMembers));

    private static void CheckName(FieldReader reader, string name)
    {
        if (!reader.Has("step") && !reader.Has("name")) reader.Error("step", "is required: the step's unique name.");
        else if (name.Length is 0 or > MaxNameLength || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
            reader.Error(reader.Spelling("step", "name"), $"must be 1 to {MaxNameLength} letters, digits, _, - or ., not '{name}'.");
        else if (ReservedNames.Everywhere.Contains(name))
            reader.Error(reader.Spelling("step", "name"), $"'{name}' has a meaning of its own in templates; choose another name.");
    }
}
