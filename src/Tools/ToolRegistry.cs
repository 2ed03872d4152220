using System.Collections.Frozen;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Http;
using PlaybookOperator.Tools.Postgres;
using PlaybookOperator.Tools.Shell;
using PlaybookOperator.Tools.Transform;

namespace PlaybookOperator.Tools;

/// <summary>The tools and sinks that exist. A new one is a file and a line here. Thread-safe.</summary>
public sealed class ToolRegistry : IDisposable
{
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
        var http = new HttpTool(instances, time);
        var transform = new TransformTool();
        _tools = new Dictionary<string, ITool>(StringComparer.Ordinal)
        {
            [ToolPlan.Container] = new ContainerTool(),
            ["http"] = http,
            ["noop"] = transform,
            ["postgres"] = new PostgresTool(instances, time),
            ["shell"] = new ShellTool(shell ?? ShellOptions.Default, time),
            ["transform"] = transform,
        }.ToFrozenDictionary(StringComparer.Ordinal);
        _sinks = new Dictionary<string, ITool>(StringComparer.Ordinal)
        {
            ["http"] = new HttpSink(http),
            ["postgres"] = new PostgresSink(instances, time),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public ToolInstances Instances { get; }

    /// <summary>Null: there is no such tool.</summary>
    public ITool? Tool(string kind) => _tools.GetValueOrDefault(kind);

    /// <summary>Null: there is no such sink.</summary>
    public ITool? Sink(string kind) => _sinks.GetValueOrDefault(kind);

    public void Dispose() => Instances.Dispose();
}
