using System.Text.Json;
using System.Web;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>
/// Every name of the context in every place of a playbook, as a run of it finds them: what a place must give follows from <see cref="ContextNames.Table"/>.
/// </summary>
public sealed class ContextNameTests(SampleFixture sample, ResultsFixture results)
{
    private readonly SampleRun _run = new(sample.Url);
    private readonly Dictionary<string, Dictionary<string, string>> _expected = new(StringComparer.Ordinal);

    [Fact]
    public async Task Every_name_has_the_same_meaning_in_every_place()
    {
        using var folder = new PlaybookFolder();
        folder.Write("child.yaml", """
            kind: Playbook
            metadata: {name: child}
            workload: {probe: null}
            workflow: [{step: told, tool: {kind: noop, result: "{{ workload.probe }}"}}]
            """);
        var file = folder.Playbook(
            string.Join('\n', [.. Beginning(), .. Calls(), .. Pages(), .. Failures(), .. Loop("job"), .. Loop("pool"), .. Ending()]),
            "onExit: bye\nworkload: {n: 1}\nsecrets: [{name: DB, secretKeyRef: {name: a, key: b}}]");
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json", "--secret", $"DB={results.Uri}");
        Assert.True(outcome.ExitCode == 0, outcome + "\n" + await File.ReadAllTextAsync(file));
        await CheckAsync(outcome);
        Assert.All(outcome.Result("last").EnumerateArray(), right => Assert.Equal(3, right.GetDouble()));
        Assert.Equal("[2,503,null]", Compact(outcome.Json.GetProperty("vars").GetProperty("numbers")));
    }

    [Fact]
    public async Task The_step_of_onExit_finds_the_failure_of_the_workflow_and_null_for_steps_without_result()
    {
        using var folder = new PlaybookFolder();
        var at = new At(ContextPlaces.Request) { IsExitAfterFailure = true };
        var file = folder.Playbook(
            $$$"""
            - {step: work, tool: {kind: transform, result: "{{ 1 / 0 }}"}, next: later}
            - {step: later, tool: {kind: noop, result: {id: 7} } }
            - step: fin
              args: {why: "{{ error.reason }}", work: "{{ work.id | default('none') }}", later: "{{ later.id | default('none') }}"}
              retry: {max_attempts: 2, initial_delay: 1ms, jitter: false}
              tool: {kind: http, method: GET, url: "{{{sample.Url}}}/bad/{{ 'status/503' if attempt == 1 else 'echo' }}", params: {{{Told("exit", at)}}}}
              vars: {args: "{{ args }}", attempt: "{{ attempt }}", error: "{{ error.reason }}"}
            """,
            "onExit: fin");
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
        Assert.True(outcome.ExitCode == 1, outcome.ToString());
        Assert.Equal("COMPLETED", outcome.Json.GetProperty("steps").GetProperty("fin").GetProperty("status").GetString());
        Assert.Equal("""{"args":{"why":"StepFailed","work":"none","later":"none"},"attempt":2,"error":"StepFailed"}""", Compact(outcome.Json.GetProperty("vars")));
        await CheckAsync(outcome);
    }

    /// <summary>A step that is passed by, one that fails in the operator, and the operator's own work.</summary>
    private IEnumerable<string> Beginning()
    {
        var none = new At(ContextPlaces.Leave) { IsRouting = true };
        yield return $$$"""
            - step: start
              next: [{when: "{{ ({{{Probe(none)}}}) != ({{{Literal(none)}}}) }}", then: skipped}, {else: failed}]
            - {step: skipped, tool: {kind: noop, result: 1}}
            - step: failed
              tool: {kind: transform, result: "{{ 1 / 0 }}"}
              case:
            {{{Case("failed", new At(ContextPlaces.Leave) { IsFailed = true, IsWorker = false }, "op", "event.name == 'call.error' and ")}}}
            - step: op
              args: {probe: "{{ {{{Probe(Op(ContextPlaces.Request))}}} }}"}
              tool: {kind: transform, result: "{{ {{{Probe(Op(ContextPlaces.Request))}}} }}"}
              vars: {op_vars: "{{ {{{Probe(Op(ContextPlaces.Leave))}}} }}", op_args: "{{ args.probe }}", op_result: "{{ result }}"}
              case:
            {{{Case("op", Op(ContextPlaces.Leave), "call_worker")}}}
            """;
        Expect("op_vars", Op(ContextPlaces.Leave));
        Expect("op_args", Op(ContextPlaces.Request));
        Expect("op_result", Op(ContextPlaces.Request));

        static At Op(ContextPlaces place) => new(place) { IsWorker = false };
    }

    /// <summary>Each tool once, without loop.</summary>
    private IEnumerable<string> Calls()
    {
        var request = new At(ContextPlaces.Request);
        yield return Call("worker", $$$"""{kind: transform, result: "{{ {{{Probe(request)}}} }}"}""", "call_shell", isHttp: false, "{{ result }}");
        yield return Call("shell", $$$"""{kind: shell, cmds: ["printf '%s' {{ {{{Probe(request)}}} | tojson | tojson }}"]}""", "call_database", isHttp: false, "{{ result.output }}");
        yield return Call("database", $$$"""{kind: postgres, auth: DB, query: "SELECT $1::text::jsonb AS probe", params: ["{{ {{{Probe(request)}}} | tojson }}"]}""", "call_child", isHttp: false, "{{ result.rows[0].probe }}");
        yield return Call("child", $$$"""{kind: playbook, name: child, args: {probe: "{{ {{{Probe(request)}}} }}"}}""", "call_http", isHttp: false, "{{ result }}");
        yield return Call(
            "http",
            $$$"""{kind: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("http_tool", request)}}}}""",
            "paged",
            isHttp: true,
            "{{ args.probe }}",
            $$$"""sink: {tool: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("http_sink", new At(ContextPlaces.Sink) { IsHttp = true })}}}}""");
    }

    private string Call(string name, string tool, string next, bool isHttp, string seen, string more = "")
    {
        var (request, leave) = (new At(ContextPlaces.Request), new At(ContextPlaces.Leave) { IsHttp = isHttp });
        Expect($"{name}_seen", request);
        Expect($"{name}_args", request);
        Expect($"{name}_vars", leave);
        return $$$"""
            - step: call_{{{name}}}
              args: {probe: "{{ {{{Probe(request)}}} }}"}
              tool: {{{tool}}}
              vars: {{{{name}}}_vars: "{{ {{{Probe(leave)}}} }}", {{{name}}}_args: "{{ args.probe }}", {{{name}}}_seen: "{{{seen}}}"}
              {{{more}}}
              case:
            {{{Case(name, leave, next)}}}
            """;
    }

    /// <summary>Two pages, and entries of <c>case</c> that the worker asks because it has to write a sink.</summary>
    private IEnumerable<string> Pages()
    {
        var (page, leave) = (new At(ContextPlaces.Page) { IsHttp = true, IsCollecting = true }, new At(ContextPlaces.Leave) { IsHttp = true, IsCollecting = true });
        // The second page, and with it the retry below, is only asked for where the condition sees what it should.
        yield return $$$"""
            - step: paged
              tool: {kind: http, url: "{{{sample.Url}}}/bad/echo"}
              retry:
                on_success:
                  while: "{{ page < 2 and ({{{Probe(page)}}}) == ({{{Literal(page)}}}) }}"
                  next_call: {params: {{{Told("next_call", page)}}}}
                  per_iteration: {sink: {tool: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("page_sink", new At(ContextPlaces.Sink) { IsHttp = true, IsCollectingLater = true })}}}}}
              sink: {tool: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("pages_sink", new At(ContextPlaces.Sink) { IsHttp = true, IsCollecting = true })}}}}
              vars: {pages_vars: "{{ {{{Probe(leave)}}} }}"}
              case:
              - when: "{{ page == 2 and pages | length == 2 and ({{{Probe(leave)}}}) == ({{{Expect("pages_case", leave)}}}) }}"
                then:
                  sink: {tool: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("case_sink", leave)}}}}
                  set: {pages_case: "{{ {{{Probe(leave)}}} }}"}
                  next: [{step: down, args: {probe: "{{ {{{Probe(leave)}}} }}"}}]
              - {else: true, then: {fail: "{{ {'page': page, 'seen': {{{Probe(leave)}}}} | tojson }}"}}
            """;
        Expect("pages_vars", leave);
        Expect("handed", leave);
    }

    /// <summary>A call that is answered with an error, and one that is not answered.</summary>
    private IEnumerable<string> Failures()
    {
        var (retry, leave) = (new At(ContextPlaces.Retry) { IsHttp = true, IsFailed = true }, new At(ContextPlaces.Leave) { IsHttp = true, IsFailed = true });
        var silent = new At(ContextPlaces.Leave) { IsFailed = true };
        yield return $$$"""
            - step: down
              tool: {kind: http, url: "{{{sample.Url}}}/bad/status/503"}
              retry: {on_error: {max_attempts: 2, initial_delay: 1ms, when: "{{ ({{{Probe(retry)}}}) == ({{{Literal(retry)}}}) }}"}}
              case:
              - when: "{{ status_code == 503 and ({{{Probe(leave)}}}) == ({{{Expect("down_case", leave)}}}) }}"
                then: {set: {down_case: "{{ {{{Probe(leave)}}} }}", handed: "{{ args.probe }}", numbers: "{{ [attempt, status_code, error.code] }}"}, next: silent}
              - {when: "error", then: {fail: "{{ {{{Probe(leave)}}} | tojson }}"}}
            - step: silent
              tool: {kind: http, url: "http://127.0.0.1:1/"}
              case:
              - {when: "status_code >= 500 or headers.x == 'y' or 'x' in headers", then: {fail: "answered"}}
              - when: "{{ error.kind == 'Network' and ({{{Probe(silent)}}}) == ({{{Expect("silent_case", silent)}}}) }}"
                then: {set: {silent_case: "{{ {{{Probe(silent)}}} }}"}, next: job}
              - {when: "error", then: {fail: "{{ {'error': error, 'seen': {{{Probe(silent)}}}} | tojson }}"}}
            """;
    }

    /// <summary>A loop: its collection, its iterations, its end.</summary>
    private IEnumerable<string> Loop(string workers)
    {
        var (before, chosen) = (new At(ContextPlaces.Loop) { LoopStep = workers }, new At(ContextPlaces.Loop) { LoopStep = workers, HasElement = true });
        var (call, ended, leave) = (InLoop(ContextPlaces.Request), InLoop(ContextPlaces.Iteration), new At(ContextPlaces.LeaveLoop) { LoopStep = workers });
        var next = workers == "job" ? "pool" : "last";
        yield return $$$"""
            - step: {{{workers}}}
              loop:
                in: "{{ range(1, 4) | list if ({{{Probe(before)}}}) == ({{{Literal(before)}}}) else 'in' }}"
                where: "{{ ({{{Probe(chosen)}}}) == ({{{Literal(chosen)}}}) }}"
                orderBy: "{{ item if ({{{Probe(chosen)}}}) == ({{{Literal(chosen)}}}) else item / 0 }}"
                limit: "{{ 3 if ({{{Probe(before)}}}) == ({{{Literal(before)}}}) else 'limit' }}"
                key: "{{ item if ({{{Probe(chosen)}}}) == ({{{Literal(chosen)}}}) else item / 0 }}"
                workers: {{{workers}}}
                until: "{{ ({{{Probe(ended)}}}) != ({{{Literal(ended)}}}) }}"
                aggregate: {right: "{{ 1 if ({{{Probe(ended)}}}) == ({{{Literal(ended)}}}) else 0 }}"}
              args: {probe: "{{ {{{Probe(call)}}} }}"}
              tool: {kind: transform, result: {probe: "{{ {{{Probe(call)}}} }}", args: "{{ args.probe }}"}}
              case:
              - when: "{{ event.name == 'call.done' and ({{{Probe(ended)}}}) == ({{{Literal(ended)}}}) }}"
                then: {result: {tool: "{{ result.probe }}", args: "{{ result.args }}", case: "{{ {{{Probe(ended)}}} }}"}}
              - {when: "event.name == 'call.done'", then: {fail: "{{ {{{Probe(ended)}}} | tojson }}"}}
              - when: "{{ event.name == 'iterator.completed' and ({{{Probe(leave)}}}) == ({{{Literal(leave)}}}) }}"
                then: {set: {{{{workers}}}_set: "{{ {{{Probe(leave)}}} }}"}, next: {{{next}}}}
              - {when: "event.name == 'iterator.completed'", then: {fail: "{{ {{{Probe(leave)}}} | tojson }}"}}
              vars:
                {{{workers}}}_vars: "{{ {{{Probe(leave)}}} }}"
                {{{workers}}}_tool: "{{ result.results[2].tool }}"
                {{{workers}}}_args: "{{ result.results[2].args }}"
                {{{workers}}}_case: "{{ result.results[2].case }}"
                {{{workers}}}_right: "{{ result.aggregates.right.sum }}"
            """;
        Expect($"{workers}_vars", leave);
        Expect($"{workers}_set", leave);
        Expect($"{workers}_tool", call);
        Expect($"{workers}_args", call);
        Expect($"{workers}_case", ended);

        At InLoop(ContextPlaces place) => new(place) { LoopStep = workers, HasElement = true, IsInLoop = true };
    }

    private IEnumerable<string> Ending()
    {
        yield return $$$"""
            - step: last
              tool: {kind: noop, result: "{{ [vars.job_right, vars.pool_right] }}"}
            - step: bye
              tool: {kind: http, url: "{{{sample.Url}}}/bad/echo", params: {{{Told("bye", new At(ContextPlaces.Request) { IsExit = true })}}}}
            """;
    }

    /// <summary>An entry that must be true, and one that tells what was found if it is not.</summary>
    private string Case(string name, At at, string next, string condition = "") => $$$"""
          - when: "{{ {{{condition}}}({{{Probe(at)}}}) == ({{{Expect($"{name}_case", at)}}}) }}"
            then: {set: {{{{name}}}_case: "{{ {{{Probe(at)}}} }}"}, next: {{{next}}}}
          - {when: "{{ {{{condition}}}true }}", then: {fail: "{{ {{{Probe(at)}}} | tojson }}"}}
        """;

    /// <summary>Parameters of a request that tells its log what the templates of the place see.</summary>
    private string Told(string place, At at)
    {
        Expect(place, at);
        return $$$"""{run_key: {{{_run.Key}}}, place: {{{place}}}, probe: "{{ {{{Probe(at)}}} | tojson }}"}""";
    }

    private string Expect(string place, At at)
    {
        _expected[place] = at.Names.ToDictionary(name => name, at.KindOf, StringComparer.Ordinal);
        return Literal(at);
    }

    /// <summary>A template's map of what each name is.</summary>
    private static string Probe(At at) =>
        $"{{{string.Join(", ", at.Names.Select(name => $"'{name}': ('undefined' if {name} is not defined else 'null' if {name} is none else 'value')"))}}}";

    private static string Literal(At at) => $"{{{string.Join(", ", at.Names.Select(name => $"'{name}': '{at.KindOf(name)}'"))}}}";

    private async Task CheckAsync(CommandOutcome outcome)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in outcome.Json.GetProperty("vars").EnumerateObject()) found[member.Name] = member.Value;
        foreach (var query in (await _run.RequestsAsync()).Select(request => HttpUtility.ParseQueryString(request[request.IndexOf('?', StringComparison.Ordinal)..])))
            if (query["place"] is { } place && query["probe"] is { } probe) found[place] = JsonElement.Parse(probe);
        foreach (var (place, names) in _expected)
        {
            Assert.True(found.TryGetValue(place, out var kinds), $"{place} was not seen.\n{outcome}");
            if (kinds.ValueKind == JsonValueKind.String) kinds = JsonElement.Parse(kinds.GetString()!);
            foreach (var (name, kind) in names)
                Assert.True(kinds.GetProperty(name).GetString() == kind, $"{place}: {name} is {kinds.GetProperty(name)} and not {kind}.");
        }
    }

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value);

    /// <summary>A place of a playbook, and what has happened before its templates are rendered.</summary>
    private sealed record At(ContextPlaces Place)
    {
        private static readonly string[] s_ofCalls = ["attempt", "page", "iteration", "response", "result"];

        public bool IsWorker { get; init; } = true;

        /// <summary>A step without tool.</summary>
        public bool IsRouting { get; init; }

        public bool IsHttp { get; init; }

        public bool IsFailed { get; init; }

        public bool IsCollecting { get; init; }

        /// <summary>The sink of a page comes before the page is gathered under its name, so that only the second sees the first.</summary>
        public bool IsCollectingLater { get; init; }

        public bool IsInLoop { get; init; }

        public bool HasElement { get; init; }

        public string? LoopStep { get; init; }

        public bool IsExit { get; init; }

        public bool IsExitAfterFailure { get; init; }

        public IEnumerable<string> Names =>
        [
            .. ContextNames.Table.Select(name => name.Name).Where(name => name is not ("secret" or "now") && (IsWorker || name != "iteration")),
            .. LoopStep is null ? (string[])[] : ["item"],
            .. IsExitAfterFailure ? (string[])["work", "later"] : ["skipped", "failed", "last", .. LoopStep is null ? (string[])[] : ["op", LoopStep]],
            "execution.status",
            "nosuchname",
        ];

        public string KindOf(string name) => name switch
        {
            "nosuchname" => "undefined",
            "item" => Word(HasElement),
            "op" => Word(true),
            "execution.status" => Word(IsExit || IsExitAfterFailure),
            "error" when IsExitAfterFailure => Word(true),
            "last" => Word(IsExit),
            _ when name == LoopStep => Word(Place == ContextPlaces.LeaveLoop),
            _ => ContextNames.Table.FirstOrDefault(row => row.Name == name) is { } known ? Word(Applies(known)) : Word(false),
        };

        private bool Applies(ContextName name)
        {
            if (name.IsMap) return true;
            if (!name.Places.HasFlag(Place)) return false;
            if (IsRouting && s_ofCalls.Contains(name.Name)) return false;
            if (IsFailed && name.Name == "response") return IsHttp;
            return name.Condition switch
            {
                ContextCondition.InIterations => IsInLoop,
                ContextCondition.OfWorkers => IsWorker,
                ContextCondition.OfHttp => IsHttp,
                ContextCondition.OfCollecting => IsCollecting || IsCollectingLater,
                ContextCondition.AfterSuccess => !IsFailed,
                ContextCondition.AfterFailure => IsFailed,
                _ => true,
            };
        }

        private static string Word(bool isThere) => isThere ? "value" : "null";
    }
}
