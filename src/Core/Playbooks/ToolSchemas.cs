using System.Collections.Frozen;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The tools that a playbook may name. Immutable.</summary>
public sealed class ToolSchemas
{
    private static readonly FrozenDictionary<string, string> s_refused = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["python"] = "is not supported; use container",
        ["duckdb"] = "is not supported; use container",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, ToolSchema> _tools;

    private ToolSchemas(IEnumerable<ToolSchema> tools) => _tools = tools.ToFrozenDictionary(schema => schema.Kind, StringComparer.Ordinal);

    /// <summary>All tools, whoever runs them.</summary>
    public static ToolSchemas All { get; } = new(
    [
        new(ToolPlan.Container,
            [["image"], ["command"], ["args"], ["env"], ["resources"], ["timeout"], ["serviceAccount", "serviceAccountName"]],
            ["image"]),
        new("http",
            [["method"], ["url", "endpoint"], ["headers"], ["params"], ["body", "payload"], ["auth"], ["timeout"], ["followRedirects"], ["maxResponseBytes"]],
            ["url"]),
        new("noop", [["result"]], []),
        new(ToolPlan.Playbook, [["name", "path"], ["args"], ["returnStep"]], ["name"]),
        new("postgres", [["auth"], ["query", "command"], ["params"], ["maxRows"], ["timeout"]], ["query"]),
        new("shell", [["cmds", "cmd"], ["env"], ["timeout"]], ["cmds"]),
        new("transform", [["result"]], ["result"]),
    ]);

    public IEnumerable<string> Kinds => _tools.Keys.Append(Workbook.Kind).Order(StringComparer.Ordinal);

    /// <summary>The schema, or why there is none.</summary>
    public (ToolSchema? Schema, string? Refusal) Find(string kind)
    {
        if (_tools.TryGetValue(kind, out var schema)) return (schema, null);
        if (s_refused.TryGetValue(kind, out var refusal)) return (null, $"'{kind}' {refusal}.");
        var near = NearestName.Find(kind, Kinds) is { } name ? $" (did you mean {name}?)" : "";
        return (null, $"'{kind}' is not a known tool{near}; known are {string.Join(", ", Kinds)}.");
    }
}
