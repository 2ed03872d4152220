using System.Collections.Frozen;
using PlaybookOperator.Tools.Http;
using PlaybookOperator.Tools.Postgres;
using PlaybookOperator.Tools.Transform;

namespace PlaybookOperator.Tools;

/// <summary>The tools and sinks that exist. A new one is a file and a line here. Thread-safe.</summary>
public sealed class ToolRegistry : IDisposable
{
    private readonly FrozenDictionary<string, ITool> _tools;
    private readonly FrozenDictionary<string, ITool> _sinks;

    public ToolRegistry(TimeProvider time)
        : this(new ToolInstances(time), time)
    {
    }

    public ToolRegistry(ToolInstances instances, TimeProvider time)
    {
        Instances = instances;
        var http = new HttpTool(instances, time);
        var transform = new TransformTool();
        _tools = new Dictionary<string, ITool>(StringComparer.Ordinal)
        {
            ["http"] = http,
            ["noop"] = transform,
            ["postgres"] = new PostgresTool(instances, time),
            ["transform"] = transform,
        }.ToFrozenDictionary(StringComparer.Ordinal);
        _sinks = new Dictionary<string, ITool>(StringComparer.Ordinal)
        {
            ["http"] = new HttpSink(http),
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
}
