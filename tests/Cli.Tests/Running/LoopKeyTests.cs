using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Each key of a loop, and case inside it, through the command line.</summary>
public sealed class LoopKeyTests(SampleFixture sample, ResultsFixture results)
{
    [Fact]
    public async Task Until_ends_the_loop_and_the_rest_is_skipped()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: '{{ range(1, 101) }}', iterator: num, until: '{{ result >= 9 and num == 3 and loop.index == 2 }}'}
              tool: {kind: transform, result: '{{ num * num }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[1,4,9]", Json(outcome.Result("walk").GetProperty("results")));
        Assert.Equal("""{"total":100,"succeeded":3,"failed":0,"skipped":97}""", Json(outcome.Result("walk").GetProperty("stats")));
        Assert.Equal((3, 1), (outcome.Events("iteration.completed"), outcome.Events("iterator.completed")));
    }

    [Theory]
    [InlineData("job", "async")]
    [InlineData("pool", "async")]
    [InlineData("pool", "sequential")]
    public async Task Aggregates_are_all_that_stays_of_the_iterations(string workers, string mode)
    {
        var outcome = await RunAsync($$$"""
            - step: walk
              loop: {in: '{{ range(1, 101) }}', iterator: num, mode: {{{mode}}}, workers: {{{workers}}}, collect: aggregates, aggregate: {value: '{{ result }}', half: '{{ result / 2 if result is even else none }}'}}
              tool: {kind: transform, result: '{{ num }}'}
              next: read
            - step: read
              tool: {kind: transform, result: '{{ [walk.aggregates.value.p95, walk.results | length, walk.stats.succeeded] }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[]", Json(outcome.Result("walk").GetProperty("results")));
        var value = outcome.Result("walk").GetProperty("aggregates").GetProperty("value");
        Assert.Equal("100 5050 50.5 1 100 29.011 50.5 95.05 99.01", string.Join(' ', value.EnumerateObject().Select(figure => Math.Round(figure.Value.GetDouble(), 3).ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal((50, 1275.0), (outcome.Result("walk").GetProperty("aggregates").GetProperty("half").GetProperty("count").GetInt32(), outcome.Result("walk").GetProperty("aggregates").GetProperty("half").GetProperty("sum").GetDouble()));
        Assert.Equal("[95.05,0,100]", Json(outcome.Result("read")));
    }

    [Fact]
    public async Task A_number_that_is_none_fails_its_iteration_and_says_so()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: [1, x, 3], iterator: num, failurePolicy: collectAll, aggregate: {value: '{{ result }}'}}
              tool: {kind: transform, result: '{{ num }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("""[1,null,3]""", Json(outcome.Result("walk").GetProperty("results")));
        Assert.Equal((2, 4.0), (outcome.Result("walk").GetProperty("aggregates").GetProperty("value").GetProperty("count").GetInt32(), outcome.Result("walk").GetProperty("aggregates").GetProperty("value").GetProperty("sum").GetDouble()));
        Assert.Equal(1, outcome.Events("iteration.failed"));
    }

    [Fact]
    public async Task A_rate_limit_spaces_the_starts()
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync($$$"""
            - step: walk
              loop: {in: '{{ range(6) }}', mode: async, maxParallel: 6, rateLimit: {perSecond: 5}}
              tool: {kind: http, url: '{{{sample.Url}}}/api/v1/assessments', params: {run_key: '{{{run.Key}}}'}}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(6, (await run.RequestsAsync()).Count);
        Assert.True(outcome.Json.GetProperty("duration_seconds").GetDouble() >= 0.95, outcome.ToString());
    }

    [Theory]
    [InlineData("'{{ range(1, 201) }}'")]
    [InlineData("'{{ range(1, 201) | list }}'")]
    public async Task C9_chunks_take_each_offset_once_and_maxParallel_counts_chunks(string collection)
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync($$$"""
            - step: batch
              loop: {in: {{{collection}}}, mode: chunked, chunk: 50, maxParallel: 4}
              tool: {kind: http, url: '{{{sample.Url}}}/concurrency/probe', params: {ms: 150, run_key: '{{{run.Key}}}', item: '{{ loop.index }}:{{ items | sum }}:{{ items | length }}:{{ loop.first }}:{{ loop.last }}'}}
              next: total
            - step: total
              tool: {kind: transform, result: '{{ batch.results | length }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(
            ["0:1275:50:true:false", "50:3775:50:false:false", "100:6275:50:false:false", "150:8775:50:false:true"],
            outcome.Result("batch").GetProperty("results").EnumerateArray().Select(result => result.GetProperty("data").GetProperty("item").GetString()));
        Assert.Equal("""{"total":200,"succeeded":200,"failed":0,"skipped":0}""", Json(outcome.Result("batch").GetProperty("stats")));
        Assert.Equal((4, 4), (outcome.Result("total").GetInt32(), outcome.Events("iteration.completed")));
        using var client = new HttpClient();
        var stats = JsonElement.Parse(await client.GetStringAsync($"{sample.Url}/concurrency/stats?run_key={run.Key}"));
        Assert.InRange(stats.GetProperty("max_active").GetInt32(), 2, 4);
    }

    [Fact]
    public async Task B5_an_uneven_last_chunk_is_smaller_and_a_failed_one_is_null()
    {
        var outcome = await RunAsync("""
            - step: batch
              loop: {in: [1, 2, 3, 4, 5], iterator: num, mode: chunked, chunk: 2, failurePolicy: collectAll}
              tool: {kind: transform, result: '{{ nums if loop.index != 2 else absent.value }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[[1,2],null,[5]]", Json(outcome.Result("batch").GetProperty("results")));
        Assert.Equal("""{"total":5,"succeeded":3,"failed":2,"skipped":0}""", Json(outcome.Result("batch").GetProperty("stats")));
    }

    [Fact]
    public async Task Case_in_a_loop_tries_again_fails_and_sets_results_for_single_iterations_and_goes_on_for_the_step()
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync($$$"""
            - step: walk
              loop: {in: [{type: 404, times: 2}, {type: 404, times: 0}, {type: 403, times: 99}], iterator: kind, mode: async, failurePolicy: collectAll}
              tool: {kind: http, url: '{{{sample.Url}}}/errors', params: {error_type: '{{ kind.type }}', fail_times: '{{ kind.times }}', name: '{{ loop.index }}', run_key: '{{{run.Key}}}'}}
              case:
              - {when: "{{ event.name == 'call.error' and status_code == 404 }}", then: {retry: {max_attempts: 4, initial_delay: 10ms} } }
              - {when: "{{ event.name == 'call.error' }}", then: {result: {refused: '{{ error.status }}'} } }
              - {when: "{{ event.name == 'call.done' and response.attempts == 1 }}", then: {fail: 'too easy'}}
              - {when: "{{ event.name == 'iterator.completed' }}", then: {set: {bad: '{{ result.stats.failed }}'}, next: after}}
            - step: after
              tool: {kind: transform, result: '{{ walk.results[0].data.attempts }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var walked = outcome.Result("walk").GetProperty("results");
        Assert.Equal("3 null {\"refused\":403}", $"{walked[0].GetProperty("data").GetProperty("attempts")} {Json(walked[1])} {Json(walked[2])}");
        Assert.Equal((3, 1, 2), (outcome.Result("after").GetInt32(), outcome.Json.GetProperty("vars").GetProperty("bad").GetInt32(), outcome.Events("call.retry")));
    }

    [Fact]
    public async Task Case_outside_loops_writes_a_sink_and_the_operator_follows_the_entry_that_was_true()
    {
        var outcome = await RunAsync("""
            - step: fetch
              tool: {kind: transform, result: {n: 7}}
              vars: {seen: '{{ result.n }}'}
              case:
              - {when: '{{ result.n > 9 }}', then: {next: never}}
              - when: '{{ vars.seen == 7 }}'
                then:
                - sink: {tool: postgres, auth: DB, table: noetl_test.pagination_loop_results, data: {execution_id: '{{ execution_id }}', result_count: '{{ result.n }}', iteration_index: 0, iteration_count: 1}}
                - {set: {done: true}, result: '{{ [result.n, vars.seen] }}', next: after}
            - step: never
            - step: after
            """, "", "--secret", $"DB={results.Uri}");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[7,7]", Json(outcome.Result("fetch")));
        Assert.Equal((7, 0, 1), Assert.Single(await results.RowsAsync(outcome.Json.GetProperty("execution_id").GetString()!)));
        Assert.Equal("""{"done":true,"seen":7}""", Json(outcome.Json.GetProperty("vars")));
        Assert.Equal(("SKIPPED", 1), (outcome.Json.GetProperty("steps").GetProperty("never").GetProperty("status").GetString(), outcome.Events("sink.done")));
    }

    [Fact]
    public async Task Case_sees_status_response_and_headers_of_a_call_that_failed()
    {
        var outcome = await RunAsync($$$"""
            - step: fetch
              tool: {kind: http, url: '{{{sample.Url}}}/errors?error_type=429&retry_after=1'}
              case: [{when: "{{ status_code == 429 and response.status == 429 and headers['retry-after'] == '1' and event.name == 'call.error' }}", then: {set: {waits: "{{ headers['retry-after'] }}"}, next: after}}]
            - step: after
              tool: {kind: transform, result: '{{ vars.waits }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("1", outcome.Result("after").GetString());
    }

    [Fact]
    public async Task Keys_must_tell_iterations_apart()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: [{id: a}, {id: b}, {id: a}], key: '{{ item.id }}'}
              tool: {kind: transform, result: 1}
            """);
        Assert.Equal((1, 0), (outcome.ExitCode, outcome.Events("iteration.started")));
        Assert.Contains("'a' for the indices 0 and 2", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_is_walked_pair_by_pair_filtered_sorted_and_limited()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop:
                in: {a: 3, b: 1, c: 2, d: 1, e: bad}
                where: '{{ item.value + 1 > 1 }}'
                orderBy: ['{{ item.value }}', {by: '{{ item.key }}', desc: true}]
                limit: 3
              tool: {kind: transform, result: '{{ item.key }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("""["d","b","c"]""", Json(outcome.Result("walk").GetProperty("results")));
    }

    [Fact]
    public async Task Without_collected_results_only_the_counts_stay()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: [1, 2], collect: none}
              tool: {kind: transform, result: '{{ item }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("""{"results":[],"stats":{"total":2,"succeeded":2,"failed":0,"skipped":0}}""", Json(outcome.Result("walk")));
    }

    [Fact]
    public async Task Templates_read_results_of_a_loop_whether_they_are_inline_or_by_reference()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: [1, 2, 3, 4], failurePolicy: collectAll}
              tool: {kind: transform, result: {data: '{{ item * 10 if item != 2 else absent.value }}', pad: '{{ "x" * 300 }}'}}
              next: read
            - step: read
              tool: {kind: transform, result: {third: '{{ walk.results[3].data }}', count: '{{ walk.results | length }}', failed: '{{ walk.stats.failed }}', sum: "{{ walk.results | select | map(attribute='data') | sum }}"}}
            """, spec: "limits: {maxResultBytes: 100}");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("""{"third":40,"count":4,"failed":1,"sum":80}""", Json(outcome.Result("read")));
        Assert.Equal(300, outcome.Result("walk").GetProperty("results")[0].GetProperty("pad").GetString()!.Length);
    }

    private static string Json(JsonElement value) => JsonSerializer.Serialize(value);

    private static async Task<CommandOutcome> RunAsync(string steps, string spec = "", params string[] more)
    {
        using var folder = new PlaybookFolder();
        return await PlaybookCommand.RunAsync(["run", folder.Playbook(steps, spec), "--output", "json", .. more]);
    }
}
