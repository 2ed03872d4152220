using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>sink</c> (<c>save</c>): where a result goes.</summary>
internal static class SinkCompiler
{
    private static readonly string[] s_postgresKeys = ["auth", "table", "mode", "key", "data", "statement", "params"];
    private static readonly string[] s_httpKeys = ["auth", "url", "method", "headers", "params", "body", "data", "timeout"];

    public static SinkPlan? Compile(FieldReader owner, TemplateCompiler templates, params ReadOnlySpan<string> names)
    {
        if (owner.TakeObject(names) is not { } reader) return null;
        var tool = reader.TakeString("tool", "kind");
        var keys = tool switch { "postgres" => s_postgresKeys, "http" => s_httpKeys, _ => null };
        if (keys is null)
        {
            reader.Error(reader.Spelling("tool", "kind"), tool is null ? "is required: postgres or http." : $"must be postgres or http, not '{tool}'.");
            reader.TakeEverything();
            return null;
        }

        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, TemplateNode>>();
        foreach (var key in keys)
            if (reader.Take(key) is { } value) settings.Add(KeyValuePair.Create(key, templates.Compile(value, reader.PathOf(key))));
        reader.ReportUnknown();
        if (tool == "postgres") CheckPostgres(reader);
        else if (!reader.Has("url")) reader.Error("url", "is required by an http sink.");
        return new SinkPlan(tool!, new TemplateNode.Mapping(settings.ToImmutable()));
    }

    private static void CheckPostgres(FieldReader reader)
    {
        if (!reader.Has("auth")) reader.Error("auth", "is required: the name of the secret with the connection string.");
        if (reader.Has("statement"))
        {
            if (reader.Has("table")) reader.Error("table", "does not go with statement; keep one of them.");
            return;
        }

        if (!reader.Has("table")) reader.Error("table", "is required, unless there is a statement.");
        if (!reader.Has("data")) reader.Error("data", "is required: a map from column to value.");
        var mode = reader.TakeString("mode") ?? "insert";
        if (mode is not ("insert" or "upsert" or "replace")) reader.Error("mode", $"must be insert, upsert or replace, not '{mode}'.");
        else if (mode == "upsert" && !reader.Has("key")) reader.Error("key", "is required by mode upsert: the column, or list of columns, that identifies a row.");
    }
}
