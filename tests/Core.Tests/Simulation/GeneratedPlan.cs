using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Tools;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>A playbook made up from random numbers, without cycles: step i leads to later steps only.</summary>
internal sealed class GeneratedPlan
{
    private const int MaxElements = 40;

    private readonly Random _random;
    private readonly List<string> _loops = [];
    private readonly Dictionary<string, long> _totals = new(StringComparer.Ordinal);

    public GeneratedPlan(Random random)
    {
        _random = random;
        var steps = new JsonArray();
        var count = 1 + random.Next(5);
        for (var i = 0; i < count; i++) steps.Add(Step(i, count));
        var spec = new JsonObject { ["workload"] = new JsonObject { ["flag"] = Chance(50), ["items"] = List(7) }, ["workflow"] = steps };
        var limits = new JsonObject();
        if (Chance(10)) limits["maxDuration"] = 60 + random.Next(600);
        if (Chance(20)) limits["maxParallel"] = 1 + random.Next(5);
        if (limits.Count > 0) spec["limits"] = limits;
        Source = spec.ToJsonString();
        using var document = JsonDocument.Parse(Source);
        var compilation = PlanCompiler.Compile("simulated", document.RootElement.Clone(), ToolRegistry.Schemas, TemplateOptions.Default);
        Plan = compilation.Plan ?? throw new InvalidOperationException($"{string.Join('\n', compilation.Problems)}\n{Source}");
    }

    public string Source { get; }

    public Plan Plan { get; }

    /// <summary>Iterations that each loop must have, where that is known beforehand.</summary>
    public IReadOnlyDictionary<string, long> Totals => _totals;

    private JsonObject Step(int position, int count)
    {
        var name = $"s{position}";
        var step = new JsonObject { ["step"] = name };
        switch (_random.Next(9))
        {
            case 0:
                break;
            case 1:
                step["tool"] = new JsonObject { ["kind"] = "transform", ["result"] = "{{ workload.items | length }}" };
                break;
            case 2:
                step["tool"] = new JsonObject { ["kind"] = "transform", ["result"] = Chance(50) ? "{{ nothing }} is printed" : "fine" };
                break;
            case 3 or 4:
                AddCall(step);
                break;
            default:
                AddCall(step);
                step["loop"] = Loop(name);
                if (Chance(30)) step["vars"] = new JsonObject { [name] = "{{ result.results | length }}" };
                _loops.Add(name);
                break;
        }

        AddRoutes(step, position, count);
        return step;
    }

    private void AddCall(JsonObject step)
    {
        step["tool"] = new JsonObject { ["kind"] = "http", ["url"] = "http://example.test/" };
        if (Chance(30)) step["retry"] = 3;
    }

    private JsonObject Loop(string name)
    {
        var length = Chance(15) ? 0 : _random.Next(MaxElements + 1);
        var loop = new JsonObject { ["mode"] = Chance(35) ? "sequential" : "async" };
        if (Chance(80)) loop["maxParallel"] = 1 + _random.Next(8);
        switch (_random.Next(6))
        {
            case 0 or 1:
                loop["in"] = $$$"""{{ range({{{length}}}) }}""";
                _totals[name] = length;
                break;
            case 2 or 3:
                loop["in"] = List(length);
                _totals[name] = length;
                break;
            case 4 when _loops.Count > 0:
                loop["in"] = "{{ " + _loops[_random.Next(_loops.Count)] + ".results }}";
                break;
            default:
                loop["in"] = "{{ workload.items }}";
                loop["where"] = "item > 2";
                _totals[name] = 4;
                break;
        }

        if (_random.Next(5) switch { 0 => "collectAll", 1 => new JsonObject { ["maxFailed"] = _random.Next(4) }, 2 => new JsonObject { ["maxFailedPercent"] = 50 }, 3 => "failFast", _ => (JsonNode?)null } is { } policy)
            loop["failurePolicy"] = policy;
        return loop;
    }

    private void AddRoutes(JsonObject step, int position, int count)
    {
        string Later() => position + 1 < count ? $"s{_random.Next(position + 1, count)}" : "end";
        switch (_random.Next(6))
        {
            case 0:
                break;
            case 1:
                step["next"] = Chance(50) ? new JsonArray(Later(), Later()) : new JsonArray($"s{Math.Min(position + 1, count - 1)}" == $"s{position}" ? "end" : $"s{position + 1}", Later());
                break;
            case 2:
                step["next"] = new JsonArray(
                    new JsonObject { ["when"] = "workload.flag", ["then"] = Later() }, new JsonObject { ["else"] = new JsonArray(Later(), Later()) });
                break;
            case 3:
                step["next"] = new JsonArray(new JsonObject { ["when"] = "error.kind", ["then"] = Later() }, new JsonObject { ["else"] = Later() });
                break;
            case 4:
                step["next"] = Later();
                step["case"] = new JsonArray(new JsonObject { ["when"] = "event.name == 'call.error'", ["then"] = new JsonObject { ["next"] = Later() } });
                break;
            default:
                step["next"] = Later();
                break;
        }
    }

    private static JsonArray List(int length) => new([.. Enumerable.Range(0, length).Select(i => (JsonNode)i)]);

    private bool Chance(int percent) => _random.Next(100) < percent;
}
