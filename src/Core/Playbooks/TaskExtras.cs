using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// What a worker needs of a step beside the task's own keys: the entries of <c>case</c> that only it can act on, the loop's <c>until</c> and <c>aggregate</c>, and what it
/// is to report. Written into the assignment's task, and read back there.
/// </summary>
internal static class TaskExtras
{
    private const string Until = "until";
    private const string Aggregate = "aggregate";
    private const string Case = "case";
    private const string IsIteration = "case_of_iteration";
    private const string Vars = "vars";
    private const string Reports = "reports";
    private const string KeepsResult = "keeps_result";
    private const string CacheSeconds = "cache_seconds";

    /// <summary>The same as <see cref="Compile"/> will make of it.</summary>
    public static void Write(Utf8JsonWriter writer, TaskPlan task, StepSource source)
    {
        if (task.Until is not null) WriteMember(writer, Until, source.Until!.Value);
        if (task.Aggregates.Length > 0) WriteMember(writer, Aggregate, source.Aggregate!.Value);
        if (!task.KeepsResult) writer.WriteBoolean(KeepsResult, false);
        if (task.Vars is not null) WriteMember(writer, Vars, source.Vars!.Value);
        if (task.Cache is { } cache) writer.WriteNumber(CacheSeconds, cache.TimeToLive.TotalSeconds);
        if (task.IsIteration) writer.WriteBoolean(IsIteration, true);
        WriteNames(writer, Reports, task.Reports);
        if (task.Case.Length == 0) return;
        writer.WriteStartArray(Case);
        foreach (var clause in task.Case) source.CaseOf(clause).WriteTo(writer);
        writer.WriteEndArray();
    }

    public static TaskPlan Compile(TaskPlan task, FieldReader reader, TemplateCompiler templates) => task with
    {
        Until = reader.Take(Until) is { } until ? templates.CompileCondition(until, reader.PathOf(Until)) : null,
        Aggregates = reader.TakeObject(Aggregate) is { } aggregate ? AggregateCompiler.CompileNames(reader.Take(Aggregate)!.Value, aggregate, templates) : [],
        KeepsResult = reader.TakeBoolean(FieldReader.ToCamelCase(KeepsResult)) ?? true,
        Vars = reader.Has(Vars) ? TaskCompiler.CompileMap(reader, templates, Vars) : null,
        IsIteration = reader.TakeBoolean(FieldReader.ToCamelCase(IsIteration)) ?? false,
        Cache = reader.TakeDuration(FieldReader.ToCamelCase(CacheSeconds)) is { } seconds ? new CachePlan(seconds) : null,
        Reports = reader.TakeList(Reports) is { } names ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [],
        Case = RouteCompiler.CompileCase(reader, templates),
    };

    private static void WriteNames(Utf8JsonWriter writer, string name, ImmutableArray<string> names)
    {
        if (names.Length == 0) return;
        writer.WriteStartArray(name);
        foreach (var one in names) writer.WriteStringValue(one);
        writer.WriteEndArray();
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}

/// <summary>Parts of a step as written.</summary>
internal sealed record StepSource(JsonElement? Until, JsonElement? Aggregate, JsonElement? Vars, JsonElement? Case)
{
    public static StepSource Of(FieldReader step) => new(
        OfLoop(step, "until"),
        OfLoop(step, "aggregate"),
        step.Take("vars"),
        step.Take("case"));

    private static JsonElement? OfLoop(FieldReader step, string name) =>
        step.Take("loop") is { ValueKind: JsonValueKind.Object } loop && loop.TryGetProperty(name, out var found) ? found : null;

    /// <summary>The entry that the clause was compiled from: its place is the number at the end of its path.</summary>
    public JsonElement CaseOf(CaseClause clause)
    {
        var from = clause.Field.LastIndexOf('[') + 1;
        return Case!.Value[int.Parse(clause.Field.AsSpan(from, clause.Field.Length - from - 1), System.Globalization.CultureInfo.InvariantCulture)];
    }
}
