using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>sink</c> (<c>save</c>): where a result goes.</summary>
internal static class SinkCompiler
{
    public static SinkPlan? Compile(FieldReader owner, TemplateCompiler templates, params ReadOnlySpan<string> names)
    {
        if (owner.TakeObject(names) is not { } reader) return null;
        var tool = reader.TakeString("tool", "kind");
        if (ToolSchemas.Sink(tool) is not { } schema)
        {
            reader.Error(reader.Spelling("tool", "kind"), tool is null ? "is required: postgres or http." : $"must be postgres or http, not '{tool}'.");
            reader.TakeEverything();
            return null;
        }

        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, TemplateNode>>();
        foreach (var key in schema.Keys)
        {
            if (reader.Take(key.Names) is { } value) settings.Add(KeyValuePair.Create(key.Name, templates.Compile(value, reader.PathOf(key.Names), key.Shape)));
            else if (key.IsRequired) reader.Error(key.Name, key.Meaning is { } meaning ? $"is required: {meaning}." : $"is required by the sink {schema.Kind}.");
        }

        reader.ReportUnknown();
        if (schema.Kind == "postgres") CheckPostgres(reader);
        return new SinkPlan(schema.Kind, new TemplateNode.Mapping(settings.ToImmutable()));
    }

    private static void CheckPostgres(FieldReader reader)
    {
        if (reader.Has("statement"))
        {
            if (reader.Has("table")) reader.Error("table", "does not go with statement; keep one of them.");
            return;
        }

        if (!reader.Has("table")) reader.Error("table", "is required, unless there is a statement.");
        if (!reader.Has("data")) reader.Error("data", "is required: a map from column to value.");
        var mode = reader.TakeString("mode") ?? "insert";
        if (mode is not ("insert" or "upsert" or "replace")) reader.Error("mode", $"must be insert, upsert or replace, not '{mode}'.");
        else if (mode != "insert" && !reader.Has("key")) reader.Error("key", $"is required by mode {mode}: the column, or list of columns, that identifies a row.");
    }
}
