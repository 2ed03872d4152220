using System.Collections.Frozen;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Http;
using PlaybookOperator.Tools.Postgres;
using PlaybookOperator.Tools.Shell;
using PlaybookOperator.Tools.Transform;

namespace PlaybookOperator.Tools;

/// <summary>The tools and sinks that exist. A new tool is a file, a line here, and its keys in <see cref="ToolSchemas"/>. Thread-safe.</summary>
public sealed class ToolRegistry : IDisposable
{
    private static readonly Registration[] s_workerTools =
    [
        new("http", parts => new HttpTool(parts.Instances, parts.Time)),
        new("postgres", parts => new PostgresTool(parts.Instances, parts.Time)),
        new("shell", parts => new ShellTool(parts.Shell, parts.Time)),
    ];

    private readonly FrozenDictionary<string, ITool> _tools;
    private readonly FrozenDictionary<string, ITool> _sinks;

    /// <param name="time">The clock of timeouts and caches.</param>
    /// <param name="shell">What a shell starts from; null: <see cref="ShellOptions.Default"/>.</param>
    public ToolRegistry(TimeProvider time, ShellOptions? shell = null)
        : this(new ToolInstances(time), time, shell)
    {
    }

    public ToolRegistry(ToolInstances instances, TimeProvider time, ShellOptions? shell = null)
    {
        Instances = instances;
        var parts = new Parts(instances, time, shell ?? ShellOptions.Default);
        var tools = s_workerTools.ToDictionary(tool => tool.Kind, tool => tool.Create(parts), StringComparer.Ordinal);
        tools[ToolPlan.Container] = new ContainerTool();
        tools["noop"] = tools["transform"] = new TransformTool();
        _tools = tools.ToFrozenDictionary(StringComparer.Ordinal);
        _sinks = new Dictionary<string, ITool>(StringComparer.Ordinal)
        {
            ["http"] = new HttpSink((HttpTool)tools["http"]),
            ["postgres"] = new PostgresSink(instances, time),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>One tool, and no sinks.</summary>
    internal ToolRegistry(string kind, ITool tool, ToolInstances instances)
    {
        Instances = instances;
        _tools = new Dictionary<string, ITool>(StringComparer.Ordinal) { [kind] = tool }.ToFrozenDictionary(StringComparer.Ordinal);
        _sinks = FrozenDictionary<string, ITool>.Empty;
    }

    public ToolInstances Instances { get; }

    /// <summary>Null: there is no such tool.</summary>
    public ITool? Tool(string kind) => _tools.GetValueOrDefault(kind);

    /// <summary>Null: there is no such sink.</summary>
    public ITool? Sink(string kind) => _sinks.GetValueOrDefault(kind);

    public void Dispose() => Instances.Dispose();

    private sealed record Registration(string Kind, Func<Parts, ITool> Create);

    /// <summary>What a tool may be made of.</summary>
    private sealed record Parts(ToolInstances Instances, TimeProvider Time, ShellOptions Shell);
}
