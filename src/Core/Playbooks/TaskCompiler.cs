using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Compiles what a worker runs: <c>tool</c>, <c>args</c>, <c>retry</c>, <c>sink</c>, <c>timeout</c>, in either spelling
/// (<c>tool: {kind: http, …}</c>, or <c>tool: http</c> with its keys beside it).
/// </summary>
public static class TaskCompiler
{
    private static readonly string[] s_ownKeys = ["tool", "args", "input", "retry", "sink", "save", "timeout"];

    private static readonly string[] s_needTool = ["retry", "sink", "save", "timeout", "cache"];

    /// <summary>
    /// The task of a step as it stands in an assignment: it was judged when its playbook was accepted, so only what cannot be read stops it.
    /// Null then, and the problems say why.
    /// </summary>
    public static TaskPlan? Compile(JsonElement task, ToolSchemas tools, TemplateOptions options, List<Problem> problems, TemplateCache? cache = null)
    {
        var found = new List<Problem>();
        if (task.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "task", $"must be a map, not {FieldReader.Describe(task)}."));
            return null;
        }

        var reader = new FieldReader(task, "", found);
        var templates = new TemplateCompiler(options, found, tools, cache) { JudgesSettings = false };
        var plan = Compile(reader, templates);
        if (plan is not null) plan = TaskExtras.Compile(plan, reader, templates);
        if (plan is not null && !found.Exists(problem => problem.IsUnreadable)) return plan;
        problems.AddRange(found);
        return null;
    }

    /// <summary>Takes the task's keys from a step. Null without a tool.</summary>
    internal static TaskPlan? Compile(FieldReader step, TemplateCompiler templates)
    {
        var args = HasToolArguments(step) ? new TemplateNode.Mapping([]) : CompileMap(step, templates, "args", "input");
        var retry = RetryCompiler.Compile(step, templates);
        var sink = SinkCompiler.Compile(step, templates, "sink", "save");
        var timeout = step.TakeDuration("timeout");
        var tool = CompileTool(step, templates);
        if (tool is null) return null;
        var task = new TaskPlan { Tool = tool, Args = args, Retry = retry, Sink = sink, Timeout = timeout };
        if (task.RunsAsChild) CheckChild(step, task);
        return task;
    }

    /// <summary>A child execution has no worker that could write or turn pages.</summary>
    private static void CheckChild(FieldReader step, TaskPlan task)
    {
        if (task.Sink is not null) step.Error(step.Spelling("sink", "save"), "does not go with the tool playbook; write from a step after it, or inside the child.");
        if (task.Retry.OnSuccess is not null) step.Error(step.Spelling("retry"), "on_success does not go with the tool playbook; only on_error does.");
    }

    /// <summary>The task's part of a step as written: what an assignment carries.</summary>
    internal static JsonElement Source(JsonElement step, ToolPlan tool, ToolSchemas tools, Action<Utf8JsonWriter> writeExtras)
    {
        var schema = tools.Find(tool.Kind).Schema!;
        var kept = s_ownKeys.Concat(schema.Keys.SelectMany(key => key.Names)).ToHashSet(StringComparer.Ordinal);
        return Executions.JsonText.Object(writer =>
        {
            foreach (var member in step.EnumerateObject())
                if (kept.Contains(FieldReader.ToCamelCase(member.Name))) member.WriteTo(writer);
            writeExtras(writer);
        });
    }

    internal static TemplateNode.Mapping CompileMap(FieldReader reader, TemplateCompiler templates, params ReadOnlySpan<string> names)
    {
        var path = reader.PathOf(names);
        if (reader.Take(names) is not { } value) return new TemplateNode.Mapping([]);
        if (value.ValueKind == JsonValueKind.Object) return templates.CompileMap(value, path);
        reader.Wrong(value, "a map", names);
        return new TemplateNode.Mapping([]);
    }

    /// <summary>In the flat form of <c>container</c> a list under <c>args</c> is the image's; a step's own <c>args</c> are a map.</summary>
    private static bool HasToolArguments(FieldReader step) =>
        step.Take("tool") is { ValueKind: JsonValueKind.String } tool && tool.ValueEquals(ToolPlan.Container)
        && step.Take("args") is { ValueKind: JsonValueKind.Array };

    private static ToolPlan? CompileTool(FieldReader step, TemplateCompiler templates)
    {
        if (step.Take("tool") is not { } tool)
        {
            RequireTool(step);
            return null;
        }

        switch (tool.ValueKind)
        {
            case JsonValueKind.String:
                return CompileSettings(tool.GetString()!, step, step.Spelling("tool"), templates, isFlat: true);
            case JsonValueKind.Object:
                var inner = step.TakeObject("tool")!;
                if (inner.TakeString("kind", "type") is { } kind) return CompileSettings(kind, inner, "kind", templates, isFlat: false);
                if (!inner.Has("kind")) inner.Error("kind", $"is required: one of {string.Join(", ", templates.Tools.Kinds)}.");
                return null;
            default:
                step.Wrong(tool, "a tool's name, or a map with kind", "tool");
                return null;
        }
    }

    /// <summary>A routing step has nothing that could be retried, timed or written; silence would hide a forgotten tool.</summary>
    private static void RequireTool(FieldReader step)
    {
        if (s_needTool.FirstOrDefault(step.Has) is { } key) step.Error("tool", $"is required: {step.Spelling(key)} says how to run a tool, and there is none.");
    }

    private static ToolPlan? CompileSettings(string kind, FieldReader reader, string kindKey, TemplateCompiler templates, bool isFlat)
    {
        var (schema, refusal) = templates.Tools.Find(kind);
        if (schema is null)
        {
            reader.Error(kindKey, refusal!);
            reader.TakeEverything();
            return null;
        }

        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, TemplateNode>>();
        foreach (var key in schema.Keys)
        {
            // In the flat form a step's own timeout and args are not the tool's.
            if (isFlat && s_ownKeys.Contains(key.Name) && !(key.Name == "args" && HasToolArguments(reader))) continue;
            if (reader.Take(key.Names) is { } value) settings.Add(KeyValuePair.Create(key.Name, templates.Compile(value, reader.PathOf(key.Names), key.Shape)));
            else if (key.IsRequired) reader.Error(key.Name, $"is required by the tool {kind}{(key.Meaning is { } meaning ? $": {meaning}" : "")}.");
        }

        if (!isFlat) reader.ReportUnknown();
        return new ToolPlan(kind, new TemplateNode.Mapping(settings.ToImmutable()));
    }
}
