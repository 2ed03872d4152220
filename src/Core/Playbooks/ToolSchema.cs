using System.Collections.Frozen;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The keys of a tool, as the linter knows them.</summary>
/// <param name="Kind">The tool's name.</param>
/// <param name="Keys">Its keys in camelCase; a key with other names lists them after it: the first is canonical.</param>
/// <param name="Required">Canonical keys without which it cannot run.</param>
internal sealed record ToolSchema(string Kind, string[][] Keys, string[] Required)
{
    private static readonly FrozenDictionary<string, ToolSchema> s_tools = new ToolSchema[]
    {
        new("http",
            [["method"], ["url", "endpoint"], ["headers"], ["params"], ["body", "payload"], ["auth"], ["timeout"], ["followRedirects"], ["maxResponseBytes"]],
            ["url"]),
        new("postgres", [["auth"], ["query", "command"], ["params"], ["maxRows"], ["timeout"]], ["query"]),
        new(ToolPlan.Playbook, [["name", "path"], ["args"], ["returnStep"]], ["name"]),
        new("transform", [["result"]], ["result"]),
        new("noop", [["result"]], []),
    }.ToFrozenDictionary(schema => schema.Kind, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_refused = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["container"] = "is not supported by this version yet",
        ["shell"] = "is not supported by this version yet",
        ["workbook"] = "is not supported by this version yet",
        ["python"] = "is not supported; use container",
        ["duckdb"] = "is not supported; use container",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Kinds => s_tools.Keys.Order(StringComparer.Ordinal);

    /// <summary>The schema, or why there is none.</summary>
    public static (ToolSchema? Schema, string? Refusal) Find(string kind)
    {
        if (s_tools.TryGetValue(kind, out var schema)) return (schema, null);
        if (s_refused.TryGetValue(kind, out var refusal)) return (null, $"'{kind}' {refusal}.");
        var near = NearestName.Find(kind, Kinds) is { } name ? $" (did you mean {name}?)" : "";
        return (null, $"'{kind}' is not a known tool{near}; known are {string.Join(", ", Kinds)}.");
    }
}
