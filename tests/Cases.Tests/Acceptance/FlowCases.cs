using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases D without sub-playbooks: which step follows which.</summary>
public sealed class FlowCases(World world)
{
    private const string Database = "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]";

    private readonly Api _api = world.Api();

    [Fact]
    public async Task D1_hello_world_completes()
    {
        var outcome = await _api.RunAsync("""
            - step: hello
              tool: {kind: transform, result: "Hello, {{ workload.who }}!"}
            """, "workload: {who: world}");

        outcome.Completed();
        Assert.Equal("\"Hello, world!\"", outcome.Result("hello"));
        Assert.Equal((1, 1, 1, 1), (outcome.Count("playbook.started"), outcome.Count("step.started"), outcome.Count("step.exit"), outcome.Count("playbook.completed")));
        Assert.True(outcome.Seconds >= 0);
        Assert.Equal("test", outcome.Json.GetProperty("path").GetString());
    }

    [Fact]
    public async Task D2_three_actions_are_doubled_in_a_loop_collected_and_summed()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              next: double
            - step: double
              loop: {in: [10, 20, 30], iterator: value}
              tool: {kind: transform, result: {doubled: "{{ value * 2 }}"}}
              next: sum
            - step: sum
              input: {values: "{{ double.results | map(attribute='doubled') | list }}"}
              tool: {kind: transform, result: {total: "{{ args['values'] | sum }}", count: "{{ args['values'] | length }}"}}
              next: end
            - step: end
            """);

        Assert.Equal("""{"total":120,"count":3}""", outcome.Completed().Result("sum"));
    }

    [Theory]
    [InlineData(30, "hot", "cold", 2)]
    [InlineData(10, "cold", "hot", 0)]
    public async Task D3_the_temperature_chooses_the_branch_and_the_hot_one_runs_two_steps_at_once(int temperature, string taken, string skipped, int calls)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: measure
              tool: {kind: workbook, name: thermometer}
              next: [{when: "{{ result.celsius >= 25 }}", then: [hot]}, {else: [cold]}]
            - step: hot
              next: [fan, shade]
            - step: fan
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 1000, item: fan, run_key: $key}}
            - step: shade
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 1000, item: shade, run_key: $key}}
            - step: cold
              tool: {kind: transform, result: heat}
            """, $$$"""
            workload: {temperature: {{{temperature}}} }
            workbook:
            - {name: thermometer, tool: {kind: transform, result: {celsius: "{{ workload.temperature }}"} } }
            """);

        outcome.Completed();
        Assert.Equal(("COMPLETED", "SKIPPED"), (outcome.StepStatus(taken), outcome.StepStatus(skipped)));
        Assert.Equal((calls, calls), await _api.ConcurrencyAsync());
        Assert.Single(outcome.EventsOf("step.skipped", skipped));
    }

    [Fact]
    public async Task D4_of_exclusive_branches_one_runs_and_the_others_are_skipped()
    {
        var outcome = await _api.RunAsync("""
            - step: choose
              tool: {kind: transform, result: {kind: b}}
              case:
              - {when: "{{ result.kind == 'a' }}", then: {next: [a]}}
              - {when: "{{ result.kind == 'b' }}", then: {next: [b]}}
              - {when: "{{ result.kind in ['b', 'c'] }}", then: {next: [c]}}
              - {else: {next: [d]}}
            - step: a
              next: after_a
            - step: after_a
              tool: {kind: noop}
            - step: b
              tool: {kind: transform, result: chosen}
            - step: c
            - step: d
            """);

        outcome.Completed();
        Assert.Equal("\"chosen\"", outcome.Result("b"));
        Assert.All((string[])["a", "after_a", "c", "d"], step => Assert.Equal("SKIPPED", outcome.StepStatus(step)));
        Assert.Equal((4, 2), (outcome.Count("step.skipped"), outcome.Count("step.exit")));
    }

    [Fact]
    public async Task D5_the_run_completes_once_when_the_slowest_branch_is_over()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              next: [slow, quick]
            - step: quick
              tool: {kind: noop}
              next: end
            - step: slow
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 300, run_key: $key}}
            - step: end
            """);

        outcome.Completed();
        Assert.True(outcome.Seconds >= 0.25, $"It took {outcome.Seconds} s.");
        Assert.Equal(["step.exit", "workflow.completed", "playbook.completed"], outcome.Events.TakeLast(3).Select(line => line.GetProperty("event_type").GetString()));
        Assert.Equal("COMPLETED", outcome.StepStatus("slow"));
    }

    [Fact]
    public async Task D6_start_and_end_may_have_tools()
    {
        var outcome = await _api.RunAsync("""
            - step: other
              tool: {kind: transform, result: never}
            - step: start
              tool: {kind: transform, result: 1}
              next: end
            - step: end
              tool: {kind: transform, result: "{{ start + 1 }}"}
            """);

        outcome.Completed();
        Assert.Equal("2", outcome.Result("end"));
        Assert.False(outcome.Json.GetProperty("steps").TryGetProperty("other", out var unreached) && unreached.GetProperty("status").GetString() == "COMPLETED");
        Assert.Contains("never reached", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task D7_a_join_is_entered_once_after_both_branches()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              next: [left, right]
            - step: left
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 1500, item: left, run_key: $key}}
              next: reduce
            - step: right
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 1000, item: right, run_key: $key}}
              next: reduce
            - step: reduce
              tool: {kind: transform, result: "{{ left.data.item }}+{{ right.data.item }}"}
            """);

        outcome.Completed();
        Assert.Equal("\"left+right\"", outcome.Result("reduce"));
        Assert.Single(outcome.EventsOf("step.started", "reduce"));
        Assert.Equal(2, (await _api.ConcurrencyAsync()).MaxActive);
        var left = outcome.EventsOf("step.exit", "left").Single().GetProperty("event_id").GetInt32();
        Assert.True(outcome.EventsOf("step.started", "reduce").Single().GetProperty("event_id").GetInt32() > left);
    }

    [Fact]
    public async Task D8_a_join_runs_though_one_branch_was_skipped_and_not_when_all_were()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              next: [a, b, c]
            - step: a
              tool: {kind: noop}
              next: both
            - step: b
              tool: {kind: noop}
              next: [{when: "{{ false }}", then: maybe}]
            - step: maybe
              next: [both, none]
            - step: c
              next: [{when: "{{ false }}", then: never}]
            - step: never
              next: none
            - step: both
              tool: {kind: transform, result: "{{ maybe is defined }}"}
            - step: none
            """);

        outcome.Completed();
        Assert.Equal(("COMPLETED", "SKIPPED", "SKIPPED"), (outcome.StepStatus("both"), outcome.StepStatus("maybe"), outcome.StepStatus("none")));
        Assert.Single(outcome.EventsOf("step.skipped", "none"));
    }

    [Fact]
    public async Task D9_a_step_that_leads_to_itself_until_there_are_no_more_pages_ends()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              vars: {page: 1, seen: 0}
              tool: {kind: noop}
              next: fetch
            - step: fetch
              tool: {kind: http, url: $api/api/v1/assessments, params: {page: "{{ vars.page }}", pageSize: 10, run_key: $key}}
              vars: {page: "{{ vars.page + 1 }}", seen: "{{ vars.seen + (result.data.data | length) }}"}
              next: [{when: "{{ result.data.paging.hasMore }}", then: fetch}, {else: done}]
            - step: done
              tool: {kind: transform, result: "{{ vars.seen }}"}
            """);

        outcome.Completed();
        Assert.Equal("35", outcome.Result("done"));
        Assert.Equal(["1", "2", "3", "4"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal([0, 1, 2, 3], outcome.EventsOf("step.exit", "fetch").Select(line => line.GetProperty("epoch").GetInt32()));
        Assert.Single(outcome.EventsOf("step.exit", "done"));
    }

    [Fact]
    public async Task D12_arguments_of_a_route_are_seen_by_its_target_only()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              tool: {kind: transform, result: 20}
              next: [{step: one, args: {n: "{{ result + 1 }}", text: "n={{ result }}"}}, {step: two, args: {n: 5}}]
            - step: one
              args: {own: 1, n: 0}
              tool: {kind: transform, result: "{{ args }}"}
              next: three
            - step: two
              tool: {kind: transform, result: "{{ args }}"}
              next: three
            - step: three
              tool: {kind: transform, result: "{{ args.n is defined }}"}
            """);

        outcome.Completed();
        Assert.Equal("""{"n":5}""", outcome.Result("two"));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"n":0,"own":1,"text":"n=20"}"""), outcome.Step("one").GetProperty("result")), outcome.Result("one"));
        Assert.Equal("false", outcome.Result("three"));
    }

    [Fact]
    public async Task D13_a_later_step_sees_what_an_earlier_one_wrote()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE log (step text)");
        var outcome = await _api.RunAsync("""
            - step: write
              loop: {in: [a, b, c], mode: async}
              tool: {kind: postgres, auth: DB, query: "INSERT INTO log VALUES ($1)", params: ["{{ item }}"]}
              next: read
            - step: read
              tool: {kind: postgres, auth: DB, query: "SELECT count(*) AS n FROM log"}
            """, Database, tables.Secret);

        Assert.Equal("3", outcome.Completed().Text("read", "rows.0.n"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task D14_many_executions_side_by_side_do_not_touch_each_other(bool sharedStore)
    {
        await using var store = await World.TablesAsync();
        var runs = await Task.WhenAll(Enumerable.Range(1, 6).Select(number => _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(workload.n * 10) }}", mode: async}
              tool: {kind: transform, result: "{{ workload.n }}"}
              vars: {n: "{{ workload.n }}"}
              next: total
            - step: total
              tool: {kind: transform, result: "{{ walk.results | sum }}"}
            """, "", ["--set", $"n={number}", "--store", sharedStore ? store.ConnectionString : "memory"])));

        Assert.Equal([10, 40, 90, 160, 250, 360], runs.Select(run => int.Parse(run.Completed().Result("total"))));
        Assert.Equal(6, runs.Select(run => run.ExecutionId).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 6).Select(number => $$"""{"n":{{number}}}"""), runs.Select(run => run.Vars));
    }
}
