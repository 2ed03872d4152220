using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Strange;

/// <summary>Small playbooks that mix features: each completes, and one step's result says that it went right.</summary>
public sealed class ResultTests
{
#pragma warning disable MA0051 // A table, not a method.
    /// <summary>What is tried; the steps; the workload; the step that is looked at; its result.</summary>
    public static TheoryData<string, string, string, string, string> Playbooks => new()
    {
        { "loops in parallel branches", """
            - {step: start, next: [a, b]}
            - {step: a, loop: {in: [1, 2, 3], mode: async}, tool: {kind: transform, result: '{{ item }}'}, next: join}
            - {step: b, loop: {in: [4, 5], iterator: x, mode: async}, tool: {kind: transform, result: '{{ x }}'}, next: join}
            - {step: join, tool: {kind: transform, result: '{{ a.results + b.results }}'}}
            """, "{}", "join", "[1,2,3,4,5]" },
        { "where drops every element", """
            - {step: a, loop: {in: [1, 2, 3], where: 'item > 9'}, tool: {kind: transform, result: '{{ item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.total, a.stats.skipped] }}'}}
            """, "{}", "b", "[[],0,0]" },
        { "a step named like a function", """
            - {step: range, tool: {kind: transform, result: [7]}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ range[0] }}'}}
            """, "{}", "b", "7" },
        { "a step named like a filter", """
            - {step: length, tool: {kind: transform, result: [7, 8]}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [length | length, length[0]] }}'}}
            """, "{}", "b", "[2,7]" },
        { "a step named loop is hidden in loops only", """
            - {step: loop, tool: {kind: transform, result: 3}, next: b}
            - {step: b, loop: {in: [1]}, tool: {kind: transform, result: '{{ loop.index }}'}, next: c}
            - {step: c, tool: {kind: transform, result: '{{ [b.results, loop] }}'}}
            """, "{}", "c", "[[0],3]" },
        { "a step named like the iterator", """
            - {step: item, tool: {kind: transform, result: outer}, next: b}
            - {step: b, loop: {in: [inner]}, tool: {kind: transform, result: '{{ item }}'}, next: c}
            - {step: c, tool: {kind: transform, result: '{{ b.results + [item] }}'}}
            """, "{}", "c", """["inner","outer"]""" },
        { "a step named by a number", """
            - {step: '1', tool: {kind: transform, result: 3}}
            """, "{}", "1", "3" },
        { "names and data beyond ASCII", """
            - {step: a, tool: {kind: transform, result: {größe: '{{ workload.naïve }} 日本 🚀', 'ключ': [1]}}, next: b}
            - {step: b, tool: {kind: transform, result: ['{{ a.größe | upper }}', '{{ a["ключ"] }}', '{{ a.größe | length }}']}}
            """, "{naïve: é}", "b", """["É 日本 \uD83D\uDE80",[1],6]""" },
        { "integers beyond doubles", """
            - {step: a, tool: {kind: transform, result: ['{{ workload.big + 1 }}', '{{ workload.huge * 2 }}']}}
            """, "{big: 9007199254740993, huge: 123456789012345678901234567890}", "a", "[9007199254740994,246913578024691357802469135780]" },
        { "deep arguments", """
            - {step: a, args: {a: {b: {c: {d: [1, {e: '{{ 1 + 1 }}'}]}}}}, tool: {kind: transform, result: '{{ args.a.b.c.d[1].e }}'}}
            """, "{}", "a", "2" },
        { "keys that YAML 1.1 takes for booleans", """
            - {step: a, tool: {kind: transform, result: '{{ workload }}'}}
            """, "{yes: 1, no: 2, on: 3, y: 4}", "a", """{"yes":1,"no":2,"on":3,"y":4}""" },
        { "arguments of a route reach a loop and its range", """
            - {step: a, next: [{step: b, args: {n: 3}}]}
            - {step: b, loop: {in: '{{ range(args.n) }}'}, tool: {kind: transform, result: '{{ item * args.n }}'}, next: c}
            - {step: c, tool: {kind: transform, result: '{{ b.results }}'}}
            """, "{}", "c", "[0,3,6]" },
        { "case sets and the step's own next applies", """
            - {step: a, tool: {kind: transform, result: 5}, vars: {x: 1}, case: [{when: 'result == 5', then: {set: {x: '{{ vars.x + 1 }}', y: '{{ result }}'}}}], next: b}
            - {step: b, tool: {kind: transform, result: '{{ [vars.x, vars.y] }}'}}
            """, "{}", "b", "[2,5]" },
        { "a result that case replaced is what next sees", """
            - {step: a, tool: {kind: transform, result: 5}, case: [{when: 'result == 5', then: {result: 6}}], next: [{when: 'result == 6 and a == 6', then: six}, {else: five}]}
            - {step: six, tool: {kind: transform, result: '{{ a }}'}}
            - {step: five}
            """, "{}", "six", "6" },
        { "a step reads its own result by name where it leaves", """
            - {step: a, tool: {kind: transform, result: {n: 3}}, vars: {n: '{{ a.n + 1 }}'}, next: [{when: 'a.n == 3', then: b}]}
            - {step: b, tool: {kind: transform, result: '{{ vars.n }}'}}
            """, "{}", "b", "4" },
        { "then as a list of maps", """
            - {step: a, tool: {kind: transform, result: 5}, case: [{when: 'true', then: [{set: {x: 1}}, {next: [b]}, {set: {z: 2}}]}]}
            - {step: b, tool: {kind: transform, result: '{{ [vars.x, vars.z] }}'}}
            """, "{}", "b", "[1,2]" },
        { "variables of branches meet at the join", """
            - {step: start, next: [a, b]}
            - {step: a, tool: {kind: transform, result: 1}, vars: {a: '{{ result }}'}, next: join}
            - {step: b, tool: {kind: transform, result: 2}, vars: {b: '{{ result }}'}, next: join}
            - {step: join, tool: {kind: transform, result: '{{ [vars.a, vars.b] }}'}}
            """, "{}", "join", "[1,2]" },
        { "a map is walked in the order of its keys as written", """
            - {step: a, loop: {in: {b: 1, a: 2, '10': 3, '9': 4}}, tool: {kind: transform, result: '{{ item.key }}{{ item.value }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results | sort | join(" ") }}'}}
            """, "{}", "b", "\"103 94 a2 b1\"" },
        { "a range that goes down", """
            - {step: a, loop: {in: '{{ range(5, 0, -2) }}'}, tool: {kind: transform, result: '{{ item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results }}'}}
            """, "{}", "b", "[5,3,1]" },
        { "a thousand million elements limited to three", """
            - {step: a, loop: {in: '{{ range(1000000000) }}', limit: '{{ 1 + 2 }}'}, tool: {kind: transform, result: '{{ loop.length }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results }}'}}
            """, "{}", "b", "[3,3,3]" },
        { "elements of every type", """
            - {step: a, loop: {in: [[1, 2], null, {a: 1}, x, 1.5, true]}, tool: {kind: transform, result: '{{ item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results }}'}}
            """, "{}", "b", """[[1,2],null,{"a":1},"x",1.5,true]""" },
        { "a literal list of templates", """
            - {step: a, tool: {kind: transform, result: 4}, next: b}
            - {step: b, loop: {in: ['{{ a }}', '{{ a + 1 }}', {x: '{{ a }}'}]}, tool: {kind: transform, result: '{{ item }}'}, next: c}
            - {step: c, tool: {kind: transform, result: '{{ b.results }}'}}
            """, "{}", "c", """[4,5,{"x":4}]""" },
        { "the end in the middle waits for the others", """
            - {step: start, next: [end, b]}
            - {step: b, tool: {kind: transform, result: 1}, next: end}
            - {step: end, tool: {kind: transform, result: '{{ b }}'}}
            """, "{}", "end", "1" },
        { "false and zero are results", """
            - {step: a, tool: {kind: transform, result: '{{ false }}'}, next: [{when: result, then: t}, {when: not result, then: f}]}
            - {step: t}
            - {step: f, tool: {kind: transform, result: '{{ [a, a == false, 0 == a] }}'}}
            """, "{}", "f", "[false,true,true]" },
        { "a failure in a loop is handled and what succeeded is readable", """
            - {step: a, loop: {in: [1, 0, 2]}, tool: {kind: transform, result: '{{ 1 / item }}'}, case: [{when: "event.name == 'iterator.failed'", then: {next: fix}}]}
            - {step: fix, tool: {kind: transform, result: '{{ [a.stats.succeeded, a.stats.failed, a.stats.skipped, a.results] }}'}}
            """, "{}", "fix", "[1,1,1,[1.0,null]]" },
        { "call.error matches a failed loop too", """
            - {step: a, loop: {in: [0]}, tool: {kind: transform, result: '{{ 1 / item }}'}, case: [{when: "event.name == 'call.error'", then: {set: {m: '{{ error.message }}'}, next: fix}}]}
            - {step: fix, tool: {kind: transform, result: '{{ "zero" in vars.m }}'}}
            """, "{}", "fix", "true" },
        { "a step handled by next on error", """
            - {step: a, tool: {kind: transform, result: '{{ 1 / 0 }}'}, next: [{when: error, then: fix}, {else: ok}]}
            - {step: fix, tool: {kind: transform, result: '{{ a is none }}'}}
            - {step: ok}
            """, "{}", "fix", "true" },
        { "a join whose other branch failed and was handled", """
            - {step: start, next: [a, b]}
            - {step: a, tool: {kind: transform, result: '{{ 1 / 0 }}'}, case: [{when: "event.name == 'call.error'", then: {next: join}}]}
            - {step: b, tool: {kind: transform, result: 2}, next: join}
            - {step: join, tool: {kind: transform, result: '{{ [a, b] }}'}}
            """, "{}", "join", "[null,2]" },
        { "a loop over the results of a loop", """
            - {step: a, loop: {in: [3, 1, 2], mode: async}, tool: {kind: transform, result: {n: '{{ item }}'}}, next: b}
            - {step: b, loop: {in: '{{ a.results }}', iterator: one, orderBy: one.n, mode: async}, tool: {kind: transform, result: '{{ one.n * 10 }}'}, next: c}
            - {step: c, tool: {kind: transform, result: '{{ b.results }}'}}
            """, "{}", "c", "[10,20,30]" },
        { "templates in the workload read each other and the execution", """
            - {step: a, tool: {kind: transform, result: '{{ workload.greeting }}'}}
            """, "{greeting: 'Hello {{ workload.who }}', who: '{{ workload.names[0] }}', names: [ada]}", "a", "\"Hello ada\"" },
        { "a text of two expressions is a text", """
            - {step: a, tool: {kind: transform, result: ['{{ 1 }}{{ 2 }}', '{{ true }} {{ none }}', '{{ [1, {"a": none}] }}!']}}
            """, "{}", "a", """["12","true ","[1,{\"a\":null}]!"]""" },
        { "camelCase and snake_case side by side", """
            - {step: a, loop: {in: [2, 1], order_by: item, max_in_flight: 3, failure_policy: collect_all, mode: parallel}, tool: {kind: transform, result: '{{ item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results }}'}}
            """, "{}", "b", "[1,2]" },
        { "a step with only next between two with tools", """
            - {step: a, tool: {kind: transform, result: 1}, next: between}
            - {step: between, desc: nothing to do, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a, between] }}'}}
            """, "{}", "b", "[1,null]" },
        { "the first step runs first and the one below not by itself", """
            - {step: a, tool: {kind: transform, result: 1}, next: c}
            - {step: b, tool: {kind: transform, result: never}}
            - {step: c, tool: {kind: transform, result: '{{ b is not none }}'}}
            """, "{}", "c", "false" },
        { "chunks under a failure policy count elements", """
            - {step: a, loop: {in: '{{ range(10) }}', mode: chunked, chunk: 4, failurePolicy: {maxFailed: 4}}, tool: {kind: transform, result: '{{ 1 / (items[0] - 4) }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.succeeded, a.stats.failed] }}'}}
            """, "{}", "b", "[[-0.25,null,0.25],6,4]" },
        { "chunks of what was filtered, sorted and limited", """
            - {step: a, loop: {in: [5, 3, 1, 4, 2], iterator: row, mode: chunked, chunk: 2, where: row > 1, orderBy: row, limit: 3}, tool: {kind: transform, result: '{{ rows }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.results + [a.stats.total] }}'}}
            """, "{}", "b", "[[2,3],[4],3]" },
        { "until beside failures that are allowed", """
            - {step: a, loop: {in: [0, 1, 2, 3], until: result == 0.5, failurePolicy: collectAll}, tool: {kind: transform, result: '{{ 1 / item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.skipped] }}'}}
            """, "{}", "b", "[[null,1.0,0.5],1]" },
        { "case takes up the failure of one iteration", """
            - {step: a, loop: {in: [1, 0, 2]}, tool: {kind: transform, result: '{{ 10 / item }}'}, case: [{when: "event.name == 'call.error'", then: {result: -1}}], next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.failed] }}'}}
            """, "{}", "b", "[[10.0,-1,5.0],0]" },
        { "case fails one iteration", """
            - {step: a, loop: {in: [1, 2, 3], failurePolicy: collectAll}, tool: {kind: transform, result: '{{ item }}'}, case: [{when: "event.name == 'call.done' and result == 2", then: {fail: two}}], next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.failed] }}'}}
            """, "{}", "b", "[[1,null,3],1]" },
        { "results that are not collected", """
            - {step: a, loop: {in: [1, 2], collect: none}, tool: {kind: transform, result: '{{ item }}'}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ [a.results, a.stats.succeeded] }}'}}
            """, "{}", "b", "[[],2]" },
        { "a circle around a join", """
            - {step: start, tool: {kind: noop}, vars: {passes: 0}, next: head}
            - {step: head, next: [left, right]}
            - {step: left, tool: {kind: transform, result: '{{ vars.passes }}'}, next: join}
            - {step: right, tool: {kind: transform, result: '{{ vars.passes * 10 }}'}, next: join}
            - {step: join, tool: {kind: transform, result: '{{ left + right }}'}, vars: {passes: '{{ vars.passes + 1 }}'}, next: [{when: vars.passes < 3, then: head}, {else: done}]}
            - {step: done, tool: {kind: transform, result: '{{ join }}'}}
            """, "{}", "done", "22" },
        { "a step that counts by its own last result", """
            - {step: a, tool: {kind: transform, result: '{{ (a | default(0)) + 1 }}'}, next: [{when: a < 5, then: a}, {else: b}]}
            - {step: b, tool: {kind: transform, result: '{{ a }}'}}
            """, "{}", "b", "5" },
        { "values in a shell's environment", """
            - {step: a, tool: {kind: shell, cmds: 'printf "%s|%s|%s|%s" "$A" "$B" "$C" "$D"', env: {A: 1, B: true, C: [1, 2], D: 'a; echo b'}}, next: b}
            - {step: b, tool: {kind: transform, result: '{{ a.stdout }}'}}
            """, "{}", "b", "\"1|true|[1,2]|a; echo b\"" },
        { "a diamond of four joins enters each step once", """
            - {step: s, next: [a, b]}
            - {step: a, tool: {kind: transform, result: 1}, next: [c, d]}
            - {step: b, tool: {kind: transform, result: 2}, next: [c, d]}
            - {step: c, tool: {kind: transform, result: '{{ a + b }}'}, next: e}
            - {step: d, tool: {kind: transform, result: '{{ a * b }}'}, next: e}
            - {step: e, tool: {kind: transform, result: '{{ [c, d] }}'}}
            """, "{}", "e", "[3,2]" },
    };
#pragma warning restore MA0051

    [Theory]
    [MemberData(nameof(Playbooks))]
    public async Task A_playbook_gives_what_its_reader_expects(string what, string steps, string workload, string step, string expected)
    {
        var outcome = (await Run.StepsAsync(steps, $"workload: {workload}")).Completed();
        Assert.True(outcome.Result(step) == expected, $"{what}: {step} gave {outcome.Result(step)}, not {expected}\n{outcome}");
    }
}
