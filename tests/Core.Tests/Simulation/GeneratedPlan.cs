using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Playbooks.Graphs;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>
/// A playbook made up from random numbers: calls, loops, transforms and routing steps, joined forward at random, some with ways back that a counter
/// closes after a few passes; limits, retries, failure policies, handlers and an onExit, each now and then.
/// </summary>
internal sealed class GeneratedPlan
{
    private const int MaxSteps = 6;
    private const int TriesWithCircles = 10;
    private const int DiamondEnd = 4;
    private const string ExitStep = "atexit";

    private readonly Random _random;

    /// <summary>For pools alone, and only some playbooks have them: seeds that are known to find bugs elsewhere stay what they are.</summary>
    private readonly Random? _pools;
    private readonly List<string> _loops = [];
    private readonly Dictionary<string, long> _totals = new(StringComparer.Ordinal);
    private bool _isDiamond;

    public GeneratedPlan(int seed)
    {
        _random = new Random(seed);
        _pools = seed % 7 is 0 or 5 ? new Random(seed) : null;
        for (var attempt = 0; Plan is null; attempt++)
        {
            _loops.Clear();
            _totals.Clear();
            IsTimeless = true;
            Source = Write(withCircles: attempt < TriesWithCircles).ToJsonString();
            using var document = JsonDocument.Parse(Source);
            var compilation = PlanCompiler.Compile("simulated", document.RootElement.Clone(), ToolSchemas.All, TemplateOptions.Default);
            Plan = compilation.Plan!;
            IsTimeless &= Plan?.Graph.Loops.All(loop => loop.Members.All(member => LeavesOnlyAtTheEnd(Plan.ByName[member], loop))) == true;
            if (Plan is null && attempt > TriesWithCircles) throw new InvalidOperationException($"{string.Join('\n', compilation.Problems)}\n{Source}");
        }
    }

    public string Source { get; private set; } = "";

    public Plan Plan { get; }

    /// <summary>Iterations that each loop must have, where that is known beforehand.</summary>
    public IReadOnlyDictionary<string, long> Totals => _totals;

    /// <summary>
    /// Whether how often each step runs follows from the playbook alone when nothing fails: no loop runs over what another one left, and no step is
    /// chosen from inside a circle that goes on (a join of such a step and another takes together what happens to come together).
    /// </summary>
    public bool IsTimeless { get; private set; }

    private static bool LeavesOnlyAtTheEnd(StepPlan step, NaturalLoop loop) =>
        step.Successors.All(name => name == "end" || loop.Members.Contains(name))
        || (step.Next is [{ When: not null } again, { IsElse: true }] && loop.Sources.Contains(step.Name) && again.Targets.All(target => loop.Members.Contains(target.Step)));

    /// <summary>Whether a step outside the circles is entered, or skipped, exactly once when nothing fails.</summary>
    public bool LeavesCirclesOnce => IsTimeless && Plan.Graph.Loops.All(loop => loop.Sources.Length == 1);

    private JsonObject Write(bool withCircles)
    {
        var steps = new JsonArray();
        _isDiamond = withCircles && Chance(15);
        var count = _isDiamond ? _random.Next(DiamondEnd + 1, MaxSteps + 1) : 1 + _random.Next(MaxSteps);
        for (var i = 0; i < count; i++) steps.Add(Step(i, count, withCircles));
        var spec = new JsonObject { ["workload"] = new JsonObject { ["flag"] = Chance(50), ["items"] = List(7) }, ["workflow"] = steps };
        if (Chance(25))
        {
            spec["onExit"] = ExitStep;
            steps.Add(Exit());
        }

        var limits = new JsonObject();
        if (Chance(10)) limits["maxDuration"] = 15 + _random.Next(100);
        if (Chance(20)) limits["maxParallel"] = 1 + _random.Next(5);
        if (Chance(8)) limits["maxEvents"] = 100 + _random.Next(60);
        if (Chance(10)) limits["maxResultBytes"] = 0;
        if (limits.Count > 0) spec["limits"] = limits;
        return spec;
    }

    private JsonObject Step(int position, int count, bool withCircles)
    {
        var name = $"s{position}";
        var step = new JsonObject { ["step"] = name };
        AddTask(step, name);
        if (_isDiamond && position <= DiamondEnd) AddDiamond(step, position, count);
        else
        {
            AddRoutes(step, position, count);
            if (withCircles && Chance(35)) AddWayBack(step, position, count);
        }

        return step;
    }

    private JsonObject Exit()
    {
        var step = new JsonObject { ["step"] = ExitStep };
        if (Chance(30)) step["tool"] = new JsonObject { ["kind"] = "transform", ["result"] = "{{ execution.status }} {{ error.reason | default('') }}" };
        else AddCall(step);
        if (Chance(30) && step["tool"]!["kind"]!.GetValue<string>() == "http") step["loop"] = Loop(ExitStep);
        return step;
    }

    private void AddTask(JsonObject step, string name)
    {
        switch (_random.Next(9))
        {
            case 0:
                break;
            case 1:
                step["tool"] = new JsonObject { ["kind"] = "transform", ["result"] = "{{ workload.items | length }}" };
                break;
            case 2:
                step["tool"] = new JsonObject { ["kind"] = "transform", ["result"] = Chance(15) ? "{{ nothing }} is printed" : "fine" };
                break;
            case 3 or 4 or 5:
                AddCall(step);
                break;
            default:
                AddCall(step);
                step["loop"] = Loop(name);
                if (Chance(20)) step["vars"] = new JsonObject { [name] = "{{ result.results | length }}" };
                _loops.Add(name);
                break;
        }
    }

    private void AddCall(JsonObject step)
    {
        step["tool"] = new JsonObject { ["kind"] = "http", ["url"] = "http://example.test/" };
        if (Chance(30)) step["retry"] = 3;
    }

    private JsonObject Loop(string name)
    {
        var length = Chance(15) ? 0 : Chance(8) ? _random.Next(30) : _random.Next(1, 6);
        var loop = new JsonObject { ["mode"] = Chance(35) ? "sequential" : "async" };
        if (Chance(80)) loop["maxParallel"] = 1 + _random.Next(4);
        if (Chance(15)) (loop["mode"], loop["chunk"]) = ("chunked", 1 + _random.Next(3));
        if (Chance(15)) loop["rateLimit"] = new JsonObject { ["perSecond"] = Chance(50) ? 0.5 : 1 + _random.Next(10) };
        if (Chance(20) && loop["mode"]!.GetValue<string>() == "sequential") loop["until"] = "result > 1";
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
                IsTimeless = false;
                break;
            default:
                loop["in"] = "{{ workload.items }}";
                loop["where"] = "item > 2";
                _totals[name] = 4;
                break;
        }

        if (_random.Next(5) switch { 0 => "collectAll", 1 => new JsonObject { ["maxFailed"] = _random.Next(3) }, 2 => new JsonObject { ["maxFailedPercent"] = 50 }, 3 => "failFast", _ => (JsonNode?)null } is { } policy)
            loop["failurePolicy"] = policy;
        if (_pools?.Next(100) < 70) (loop["workers"], loop["poolSize"]) = ("pool", 1 + _pools.Next(3));
        return loop;
    }

    private void AddRoutes(JsonObject step, int position, int count)
    {
        switch (_random.Next(7))
        {
            case 0:
                break;
            case 1 or 2:
                step["next"] = new JsonArray(position + 1 < count && Chance(50) ? $"s{position + 1}" : Later(position, count), Later(position, count));
                break;
            case 3:
                step["next"] = new JsonArray(
                    new JsonObject { ["when"] = "workload.flag", ["then"] = Later(position, count) },
                    new JsonObject { ["else"] = new JsonArray(Later(position, count), Later(position, count)) });
                break;
            case 4:
                step["next"] = new JsonArray(new JsonObject { ["when"] = "error.kind", ["then"] = Later(position, count) }, new JsonObject { ["else"] = Later(position, count) });
                break;
            case 5:
                step["next"] = Later(position, count);
                step["case"] = new JsonArray(new JsonObject { ["when"] = "event.name == 'call.error'", ["then"] = new JsonObject { ["next"] = Later(position, count) } });
                break;
            default:
                step["next"] = Later(position, count);
                break;
        }
    }

    /// <summary>Back to this step or one before, so many times as the counter says; then where it led before.</summary>
    private void AddWayBack(JsonObject step, int position, int count, int? to = null)
    {
        var counter = $"c{position}";
        step["vars"] = new JsonObject { [counter] = $$$"""{{ (vars.{{{counter}}} | default(0)) + 1 }}""" };
        var then = new JsonArray($"s{to ?? _random.Next(Math.Max(0, position - 2), position + 1)}");
        if (Chance(25)) then.Add(Later(position, count));
        var next = new JsonArray(new JsonObject { ["when"] = $"vars.{counter} < {2 + _random.Next(3)}", ["then"] = then });
        if (Chance(80)) next.Add(new JsonObject { ["else"] = new JsonArray(Later(position, count)) });
        if (Chance(20)) next.Add((JsonNode)Later(position, count));
        step["next"] = next;
    }

    /// <summary>
    /// The first steps fork and join, one branch longer than the other, and the join leads back to the fork: rare by chance, and where joins in circles go wrong.
    /// </summary>
    private void AddDiamond(JsonObject step, int position, int count)
    {
        if (position == DiamondEnd) AddWayBack(step, position, count, to: 0);
        else step["next"] = position switch { 0 => new JsonArray("s1", "s2"), 2 => "s3", _ => "s4" };
    }

    private string Later(int position, int count) => position + 1 < count ? $"s{_random.Next(position + 1, count)}" : "end";

    private static JsonArray List(int length) => new([.. Enumerable.Range(0, length).Select(i => (JsonNode)i)]);

    private bool Chance(int percent) => _random.Next(100) < percent;
}
