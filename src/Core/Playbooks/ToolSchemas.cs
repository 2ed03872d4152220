using System.Collections.Frozen;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The tools that a playbook may name. Immutable.</summary>
public sealed class ToolSchemas
{
    /// <summary>Rows of a query in one result, at most.</summary>
    public const int MostRows = 1_000_000;

    /// <summary>Bytes of a response, at most: it is held in one array.</summary>
    public const long MostResponseBytes = 1L << 30;

    private static readonly FrozenDictionary<string, string> s_refused = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["python"] = "is not supported; use container",
        ["duckdb"] = "is not supported; use container",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly ToolKey s_database =
        Required(SettingShapes.PostgresAuth, "auth") with { Meaning = "the name of the secret with the connection string" };

    private static readonly ToolSchema[] s_sinks =
    [
        new("http",
        [
            Key(SettingShapes.HttpAuth, "auth"),
            Required(SettingShapes.Url, "url", "endpoint"),
            Key(SettingShapes.Method, "method"),
            Key(SettingShapes.Headers, "headers"),
            Key(SettingShapes.Query, "params"),
            Key(SettingShapes.Anything, "body", "payload"),
            Key(SettingShapes.Anything, "data"),
            Key(SettingShapes.BodyEncoding, "encoding"),
            Key(SettingShapes.Duration, "timeout"),
        ]),
        new("postgres",
        [
            s_database,
            Key(SettingShapes.Name("a table's name, or schema.table"), "table"),
            Key(SettingShapes.Anything, "mode"),
            Key(SettingShapes.Columns, "key"),
            Key(SettingShapes.Rows, "data"),
            Key(SettingShapes.Statement, "statement"),
            Key(SettingShapes.Parameters, "params"),
        ]),
    ];

    private readonly FrozenDictionary<string, ToolSchema> _tools;

    private ToolSchemas(IEnumerable<ToolSchema> tools) => _tools = tools.ToFrozenDictionary(schema => schema.Kind, StringComparer.Ordinal);

    /// <summary>All tools, whoever runs them.</summary>
    public static ToolSchemas All { get; } = new(
    [
        new(ToolPlan.Container,
        [
            Required(SettingShapes.Name("the name of an image"), "image"),
            Key(SettingShapes.Words, "command"),
            Key(SettingShapes.Words, "args"),
            Key(SettingShapes.ContainerVariables, "env"),
            Key(SettingShapes.Resources, "resources"),
            Key(SettingShapes.Duration, "timeout"),
            Key(SettingShapes.Name("the name of a service account"), "serviceAccount", "serviceAccountName"),
        ]),
        new("http",
        [
            Key(SettingShapes.Method, "method"),
            Required(SettingShapes.Url, "url", "endpoint"),
            Key(SettingShapes.Headers, "headers"),
            Key(SettingShapes.Query, "params"),
            Key(SettingShapes.Anything, "body", "payload"),
            Key(SettingShapes.BodyEncoding, "encoding"),
            Key(SettingShapes.HttpAuth, "auth"),
            Key(SettingShapes.Duration, "timeout"),
            Key(SettingShapes.Flag, "followRedirects"),
            Key(SettingShapes.Integer(1, MostResponseBytes), "maxResponseBytes"),
        ]),
        new("noop", [Key(SettingShapes.Anything, "result")]),
        new(ToolPlan.Playbook,
        [
            Required(SettingShapes.Name("the name of a playbook"), "name", "path"),
            Key(SettingShapes.Arguments, "args"),
            Key(SettingShapes.Name("the name of a step of the child"), "returnStep"),
        ]),
        new("postgres",
        [
            s_database,
            Required(SettingShapes.Statement, "query", "command"),
            Key(SettingShapes.Parameters, "params"),
            Key(SettingShapes.Integer(1, MostRows), "maxRows"),
            Key(SettingShapes.Duration, "timeout"),
        ]),
        new("shell",
        [
            Required(SettingShapes.Script, "cmds", "cmd"),
            Key(SettingShapes.Variables, "env"),
            Key(SettingShapes.Duration, "timeout"),
        ]),
        new("transform", [Required(SettingShapes.Anything, "result")]),
    ]);

    /// <summary>The keys of a sink; null: there is no such sink.</summary>
    internal static ToolSchema? Sink(string? kind) => s_sinks.FirstOrDefault(sink => sink.Kind == kind);

    /// <summary>What <c>next_call</c> may change of a request.</summary>
    internal static IReadOnlyList<ToolKey> NextCall { get; } =
    [
        Key(SettingShapes.Query, "params"),
        Key(SettingShapes.Headers, "headers"),
        Key(SettingShapes.NextUrl, "url", "endpoint"),
        Key(SettingShapes.Anything, "body", "payload"),
    ];

    public IEnumerable<string> Kinds => _tools.Keys.Append(Workbook.Kind).Order(StringComparer.Ordinal);

    /// <summary>The schema, or why there is none.</summary>
    public (ToolSchema? Schema, string? Refusal) Find(string kind)
    {
        if (_tools.TryGetValue(kind, out var schema)) return (schema, null);
        if (s_refused.TryGetValue(kind, out var refusal)) return (null, $"'{kind}' {refusal}.");
        var near = NearestName.Find(kind, Kinds) is { } name ? $" (did you mean {name}?)" : "";
        return (null, $"'{kind}' is not a known tool{near}; known are {string.Join(", ", Kinds)}.");
    }

    private static ToolKey Key(SettingShape shape, params string[] names) => new(names, shape);

    private static ToolKey Required(SettingShape shape, params string[] names) => new(names, shape) { IsRequired = true };
}
