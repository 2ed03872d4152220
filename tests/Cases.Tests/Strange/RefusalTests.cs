using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Strange;

/// <summary>Playbooks that are wrong, or that fail: each says what and where.</summary>
public sealed class RefusalTests
{
    /// <summary>What is wrong; the steps; words of the problem.</summary>
    public static TheoryData<string, string, string[]> Wrong => new()
    {
        { "no steps", "  []\n", ["workflow: must have at least one step"] },
        { "a name that YAML takes for a boolean", "- step: y\n", ["workflow[0].step", "quote them"] },
        { "a target that YAML takes for a boolean", "- {step: a, next: no}\n", ["workflow[0].next"] },
        { "a name that is a number", "- step: 1\n", ["workflow[0].step: must be a string, not 1"] },
        { "a name beyond the letters of labels", "- step: größe\n", ["workflow[0].step", "größe"] },
        { "two steps of one name", "- {step: a, next: b}\n- step: b\n- step: b\n", ["workflow[2].step: the name 'b' is taken by workflow[1]"] },
        { "a target that is nowhere and near to nothing", "- {step: a, next: b}\n", ["names the step 'b', which does not exist."] },
        { "a target that is nearly there", "- {step: start, next: fetch_al}\n- step: fetch_all\n", ["did you mean fetch_all?"] },
        { "a name with a meaning of its own", "- {step: vars, tool: {kind: noop}}\n", ["workflow[0].step: 'vars' has a meaning of its own"] },
        { "an iterator with a meaning of its own", "- {step: a, loop: {in: [1], iterator: result}, tool: {kind: noop}}\n", ["workflow[0].loop.iterator"] },
        { "numbers out of range", "- {step: a, tool: {kind: noop}, retry: {on_error: {max_attempts: 0, initial_delay: -1, backoff_multiplier: 0.5}}}\n", ["max_attempts", "initial_delay", "backoff_multiplier"] },
        { "keys side by side that mean the same", "- {step: a, loop: {in: [1], collection: [2]}, tool: {kind: noop}}\n", ["workflow[0].loop.collection"] },
        { "a template that does not parse", "- {step: a, tool: {kind: transform, result: '{{ 1 + }}'}}\n", ["workflow[0].tool.result: template, line 1"] },
        { "a condition that does not parse", "- {step: a, tool: {kind: noop}, next: [{when: 'x ==', then: b}]}\n- step: b\n", ["workflow[0].next[0].when: template"] },
        { "a secret where the operator looks", "- {step: a, tool: {kind: noop}, next: [{when: '{{ secret.X }}', then: b}]}\n- step: b\n", ["workflow[0].next", "secret"] },
        { "a key that is nearly known", "- {step: a, tool: {kind: noop}, nxt: b}\n", ["workflow[0].nxt: is not a known key (did you mean next?)"] },
        { "a circle without a way out", "- {step: a, next: b}\n- {step: b, next: a}\n", ["circle"] },
        { "a chunk of nothing", "- {step: a, loop: {in: [1], mode: chunked, chunk: 0}, tool: {kind: noop}}\n", ["workflow[0].loop.chunk"] },
        { "a sort by what YAML takes for a boolean", "- {step: a, loop: {in: [1], iterator: 'n', orderBy: n}, tool: {kind: noop}}\n", ["workflow[0].loop.orderBy", "quote them"] },
        { "until in a loop that runs side by side", "- {step: a, loop: {in: [1], mode: async, until: result}, tool: {kind: noop}}\n", ["workflow[0].loop.until", "sequential"] },
        { "a workbook that leads to itself", "- {step: a, tool: {kind: workbook, name: one}}\nworkbook: {one: {tool: {kind: workbook, name: two}}, two: {tool: {kind: workbook, name: one}}}\n", ["workbook.one", "circle"] },
        { "a schema that names a boolean", "- {step: a}\nschema: {required: [n]}\n", ["schema.required", "quote them"] },
        { "an onExit that is nowhere", "- {step: a}\nonExit: clean\n", ["onExit: names the step 'clean'"] },
        {
            "settings that http could not use",
            "- {step: a, tool: {kind: http, url: 5, method: [GET], headers: x, params: 'a=1', timeout: abc, followRedirects: maybe, maxResponseBytes: many}}\n",
            ["tool.url: ", "tool.method: ", "tool.headers: ", "tool.params: ", "tool.timeout: ", "tool.followRedirects: ", "tool.maxResponseBytes: "]
        },
        { "settings that the shell could not use", "- {step: a, tool: {kind: shell, cmds: {a: 1}, env: [A]}}\n", ["tool.cmds: ", "tool.env: "] },
        { "settings that postgres could not use", "- {step: a, tool: {kind: postgres, query: select 1, params: 5, maxRows: -1}}\n", ["tool.params: ", "tool.maxRows: ", "tool.auth: is required"] },
        { "an upsert without a key", "- {step: a, tool: {kind: noop}, sink: {tool: postgres, auth: D, table: t, mode: upsert, data: {}}}\n", ["workflow[0].sink.key: is required"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_playbook_that_is_wrong_is_refused_with_field_and_reason(string what, string steps, string[] words)
    {
        var outcome = await Run.TextAsync($"kind: Playbook\nmetadata: {{name: test}}\nworkflow:\n{steps}");
        Assert.True(outcome.ExitCode == 2, $"{what}: {outcome}");
        outcome.Refused(words);
        Assert.Matches(@"playbook\.yaml:\d+:\d+: ", outcome.Errors);
    }

    /// <summary>The workload is what was merged, so no place in a file is named.</summary>
    [Fact]
    public async Task Defaults_that_break_the_schema_are_refused_before_anything_runs() =>
        (await Run.TextAsync("kind: Playbook\nmetadata: {name: test}\nworkflow:\n- {step: a}\nschema: {properties: {count: {type: integer}}}\nworkload: {count: many}\n"))
            .Refused("workload.count", "integer", "many");

    /// <summary>What fails; the steps; words of the error.</summary>
    public static TheoryData<string, string, string[]> Failing => new()
    {
        { "a limit below zero", "- {step: a, loop: {in: [1], limit: '{{ -1 }}'}, tool: {kind: noop}}\n", ["a", "workflow[0].loop.limit", "-1"] },
        { "more iterations than allowed", "- {step: a, loop: {in: '{{ range(1000001) }}'}, tool: {kind: noop}}\n", ["1000001", "limits.maxIterations = 1000000"] },
        { "a workload that reads itself in a circle", "- {step: a, tool: {kind: transform, result: '{{ workload.x }}'}}\n", ["a", "workload.x"] },
        { "a failure that an else would take", "- {step: a, tool: {kind: transform, result: '{{ 1 / 0 }}'}, case: [{else: {next: b}}]}\n- step: b\n", ["a", "division by zero"] },
        { "a failure whose handler asks for something else", "- {step: a, tool: {kind: transform, result: '{{ 1 / 0 }}'}, next: [{when: error.status == 404, then: b}]}\n- step: b\n", ["division by zero"] },
        { "a case that fails the step", "- {step: a, tool: {kind: transform, result: 5}, case: [{when: result == 5, then: {fail: 'no {{ result }}'}}], next: b}\n- step: b\n", ["Step 'a' failed: no 5"] },
        { "two elements of one key", "- {step: a, loop: {in: [1, 1], key: '{{ item }}'}, tool: {kind: noop}}\n", ["workflow[0].loop.key", "0 and 1"] },
        { "an onExit that fails", "- {step: a}\n- {step: b, tool: {kind: transform, result: '{{ 1 / 0 }}'}}\nonExit: b\n", ["onExit", "division by zero"] },
        { "variables whose template fails", "- {step: a, tool: {kind: noop}, vars: {x: '{{ nothing.at.all }}'}}\n", ["a", "nothing"] },
        { "a scheme that is not HTTP", "- {step: a, tool: {kind: http, url: '{{ \"ftp\" }}://x/y'}}\n", ["tool.url", "ftp://x/y"] },
        { "one branch while another is under way", "- {step: s, next: [a, b]}\n- {step: a, loop: {in: [1, 2]}, tool: {kind: noop}, next: c}\n- {step: b, tool: {kind: transform, result: '{{ 1 / 0 }}'}}\n- {step: c, tool: {kind: noop}}\n", ["b", "division by zero"] },
    };

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task A_run_that_fails_says_which_step_and_why(string what, string steps, string[] words)
    {
        var outcome = await Run.TextAsync($"kind: Playbook\nmetadata: {{name: test}}\nworkload: {{x: '{{{{ workload.y }}}}', y: '{{{{ workload.x }}}}'}}\nworkflow:\n{steps}");
        Assert.True(outcome.ExitCode == 1, $"{what}: {outcome}");
        outcome.Failed(words);
    }
}
