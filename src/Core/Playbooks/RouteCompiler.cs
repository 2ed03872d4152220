using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>case</c> and <c>next</c>: where a step leads.</summary>
internal static class RouteCompiler
{
    public static ImmutableArray<CaseClause> CompileCase(FieldReader step, TemplateCompiler templates)
    {
        if (step.TakeList("case") is not { } list) return [];
        var path = step.PathOf("case");
        return
        [
            .. list.EnumerateArray().Select((entry, i) => CompileClause(entry, $"{path}[{i}]", templates)).OfType<CaseClause>(),
        ];
    }

    /// <summary>A name, a list of names, <c>[{step, args}]</c>, or <c>[{when, then}, {else}]</c>.</summary>
    public static ImmutableArray<NextClause> CompileNext(FieldReader owner, TemplateCompiler templates)
    {
        if (owner.Take("next") is not { } next) return [];
        var path = owner.PathOf("next");
        if (next.ValueKind != JsonValueKind.Array) return [CompileNextEntry(next, path, templates)];
        return [.. next.EnumerateArray().Select((entry, i) => CompileNextEntry(entry, $"{path}[{i}]", templates))];
    }

    private static CaseClause? CompileClause(JsonElement entry, string path, TemplateCompiler templates)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            templates.Problems.Add(new Problem(ProblemSeverity.Error, path, $"must be {{when, then}} or {{else}}, not {FieldReader.Describe(entry)}."));
            return null;
        }

        var reader = new FieldReader(entry, path, templates.Problems);
        var otherwise = reader.Take("else");
        var when = reader.Take("when");
        var then = reader.Take("then");
        if (otherwise is null && when is null) reader.Error("when", "is required, or else.");
        if (when is not null && then is null) reader.Error("then", "is required: what to do when the condition is true.");
        if (when is not null && otherwise is not null) reader.Error("else", "stands in an entry of its own.");
        reader.ReportUnknown();
        var condition = when is { } text ? templates.CompileCondition(text, reader.PathOf("when")) : null;
        return (then ?? otherwise) is { } actions
            ? new CaseClause(condition, CompileActions(actions, reader.PathOf(then is null ? "else" : "then"), templates)) { Field = path, Events = EventsIn(when) }
            : null;
    }

    private static CaseEvents EventsIn(JsonElement? when)
    {
        if (when is not { ValueKind: JsonValueKind.String } condition) return CaseEvents.None;
        var text = condition.GetString()!;
        return (Names(text, "call.done") ? CaseEvents.CallDone : CaseEvents.None)
            | (Names(text, "call.error") ? CaseEvents.CallError : CaseEvents.None)
            | (Names(text, "iterator.completed") || Names(text, "iterator.failed") ? CaseEvents.Iterator : CaseEvents.None);
    }

    private static bool Names(string condition, string name) =>
        condition.Contains($"'{name}'", StringComparison.Ordinal) || condition.Contains($"\"{name}\"", StringComparison.Ordinal);

    private static CaseActions CompileActions(JsonElement value, string path, TemplateCompiler templates)
    {
        var maps = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        var actions = new CaseActions();
        for (var i = 0; i < maps.Length; i++)
        {
            var here = value.ValueKind == JsonValueKind.Array ? $"{path}[{i}]" : path;
            if (maps[i].ValueKind == JsonValueKind.Object) actions = CompileAction(actions, new FieldReader(maps[i], here, templates.Problems), templates);
            else templates.Problems.Add(new Problem(ProblemSeverity.Error, here, $"must be a map of actions, not {FieldReader.Describe(maps[i])}."));
        }

        return actions;
    }

    private static CaseActions CompileAction(CaseActions actions, FieldReader reader, TemplateCompiler templates)
    {
        var targets = CompileNext(reader, templates).SelectMany(clause => clause.Targets).ToImmutableArray();
        var hasSet = reader.Has("set") || reader.Has("vars");
        var set = TaskCompiler.CompileMap(reader, templates, "set", "vars");
        var result = reader.Take("result") is { } value ? templates.Compile(value, reader.PathOf("result")) : null;
        var fail = reader.Take("fail") is { } text ? templates.Compile(text, reader.PathOf("fail")) : null;
        var retry = RetryCompiler.CompileRule(reader, templates);
        var sink = SinkCompiler.Compile(reader, templates, "sink", "save");
        var collect = reader.TakeObject("collect") is { } map ? RetryCompiler.CompileCollect(map) : null;
        reader.ReportUnknown();
        return actions with
        {
            Next = actions.Next.AddRange(targets),
            Set = hasSet ? new TemplateNode.Mapping([.. actions.Set?.Members ?? [], .. set.Members]) : actions.Set,
            Result = result ?? actions.Result,
            Fail = fail ?? actions.Fail,
            Retry = retry ?? actions.Retry,
            Sink = sink ?? actions.Sink,
            Collect = collect ?? actions.Collect,
        };
    }

    private static NextClause CompileNextEntry(JsonElement entry, string path, TemplateCompiler templates)
    {
        if (entry.ValueKind != JsonValueKind.Object || (!Has(entry, "when") && !Has(entry, "else")))
            return new NextClause(null, IsElse: false, CompileTargets(entry, path, templates));
        var reader = new FieldReader(entry, path, templates.Problems);
        var otherwise = reader.Take("else");
        var condition = reader.Take("when") is { } text ? templates.CompileCondition(text, reader.PathOf("when")) : null;
        var then = reader.Take("then");
        reader.ReportUnknown();
        if (otherwise is null && then is null) reader.Error("then", "is required: the steps to enter when the condition is true.");
        var targets = (otherwise ?? then) is { } found ? CompileTargets(found, reader.PathOf(otherwise is null ? "then" : "else"), templates) : [];
        return new NextClause(condition, IsElse: otherwise is not null, targets);
    }

    private static ImmutableArray<NextTarget> CompileTargets(JsonElement value, string path, TemplateCompiler templates)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return [new NextTarget(value.GetString()!, null)];
            case JsonValueKind.Array:
                return [.. value.EnumerateArray().SelectMany((item, i) => CompileTargets(item, $"{path}[{i}]", templates))];
            case JsonValueKind.Object:
                var reader = new FieldReader(value, path, templates.Problems);
                var hasArgs = reader.Has("args");
                var args = TaskCompiler.CompileMap(reader, templates, "args");
                if (!reader.Has("step") && !reader.Has("next")) reader.Error("step", "is required: the name of the step to enter.");
                var name = reader.TakeString("step", "next");
                reader.ReportUnknown();
                return name is null ? [] : [new NextTarget(name, hasArgs ? args : null)];
            default:
                templates.Problems.Add(new Problem(ProblemSeverity.Error, path, $"must name a step, not {FieldReader.Describe(value)}."));
                return [];
        }
    }

    private static bool Has(JsonElement map, string key) => map.TryGetProperty(key, out _);
}
