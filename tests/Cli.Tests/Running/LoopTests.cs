using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Loops over literal collections, and over pages.</summary>
public sealed class LoopTests(SampleFixture sample)
{
    [Fact]
    public async Task B4_async_iterations_leave_results_in_the_order_of_their_indexes()
    {
        var (outcome, requests) = await PagesAsync("mode: async, maxParallel: 2");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(7, requests.Count);
        var first = outcome.Result("fetch").GetProperty("results").EnumerateArray().Select(result => result.GetProperty("data")[0].TryGetProperty("score", out _));
        Assert.Equal([true, false], first);
    }

    [Fact]
    public async Task B6_each_iteration_begins_at_its_own_first_page()
    {
        var (outcome, requests) = await PagesAsync("mode: sequential");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains("page=1&", requests.First(request => request.Contains("users", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("failFast", 1, "FAILED")]
    [InlineData("collectAll", 0, "COMPLETED")]
    public async Task B7_an_endpoint_that_always_fails_is_judged_by_the_failure_policy(string policy, int exitCode, string status)
    {
        var outcome = await RunAsync($"""
            - step: fetch
              loop: {"{"}in: [/api/v1/assessments, '/errors?error_type=500'], iterator: path, failurePolicy: {policy}{"}"}
              tool: {"{"}kind: http, url: '{sample.Url}{"{{ path }}"}'{"}"}
            """);
        Assert.Equal((exitCode, status), (outcome.ExitCode, outcome.Status));
        if (exitCode == 0)
        {
            var result = outcome.Result("fetch");
            Assert.Equal(JsonValueKind.Null, result.GetProperty("results")[1].ValueKind);
            Assert.Equal((1, 1), (result.GetProperty("stats").GetProperty("succeeded").GetInt32(), result.GetProperty("stats").GetProperty("failed").GetInt32()));
        }
        else
        {
            Assert.Contains("1", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("'{{ result.results | sum }}'", "[1, 2]", "3")]
    [InlineData("{total: '{{ result.stats.total }}'}", "[1, 2]", """{"total":2}""")]
    [InlineData("9", "[]", "9")]
    public async Task A_result_that_the_case_of_a_loop_gives_takes_the_place_of_the_loop_s_own(string given, string elements, string expected)
    {
        var outcome = await RunAsync($$$"""
            - step: walk
              loop: {in: {{{elements}}}}
              tool: {kind: transform, result: '{{ item }}'}
              case: [{when: "{{ event.name == 'iterator.completed' }}", then: {result: {{{given}}} }}]
              next: look
            - step: look
              tool: {kind: transform, result: '{{ walk }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal((expected, expected), (JsonSerializer.Serialize(outcome.Result("walk")), JsonSerializer.Serialize(outcome.Result("look"))));
    }

    [Fact]
    public async Task A_transform_with_retry_is_tried_again()
    {
        var outcome = await RunAsync("""
            - step: divide
              tool: {kind: transform, result: '{{ 6 // (attempt - 1) }}'}
              retry: {on_error: {when: '{{ true }}', max_attempts: 3, initial_delay: 10ms}}
            """);
        Assert.Equal((0, 1, 6), (outcome.ExitCode, outcome.Events("call.retry"), outcome.Result("divide").GetInt32()));
    }

    [Fact]
    public async Task C1_five_items_are_doubled_and_summed()
    {
        var outcome = await RunAsync("""
            - step: double
              loop: {in: [1, 2, 3, 4, 5]}
              tool: {kind: transform, result: '{{ item * 2 }}'}
              next: total
            - step: total
              tool: {kind: transform, result: '{{ double.results | sum }}'}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[2,4,6,8,10]", JsonSerializer.Serialize(outcome.Result("double").GetProperty("results")));
        Assert.Equal(30, outcome.Result("total").GetInt32());
    }

    [Fact]
    public async Task C5_an_empty_collection_completes_at_once_and_the_next_step_runs()
    {
        var outcome = await RunAsync("""
            - step: none
              loop: {in: []}
              tool: {kind: transform, result: '{{ item }}'}
              next: after
            - step: after
              tool: {kind: transform, result: 7}
            """);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal((0, 1), (outcome.Events("iteration.completed"), outcome.Events("iterator.completed")));
        Assert.Equal(7, outcome.Result("after").GetInt32());
    }

    [Theory]
    [InlineData("text", "string")]
    [InlineData("7", "integer")]
    [InlineData("null", "null")]
    public async Task C6_a_collection_that_is_no_list_fails_and_names_what_it_is(string value, string kind)
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: '{{ workload.things }}'}
              tool: {kind: transform, result: '{{ item }}'}
            """, "--set", $"things={value}");
        Assert.Equal((1, "FAILED"), (outcome.ExitCode, outcome.Status));
        Assert.Contains(kind, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C6_a_collection_that_does_not_exist_fails_and_names_the_template()
    {
        var outcome = await RunAsync("""
            - step: walk
              loop: {in: '{{ workload.things }}'}
              tool: {kind: transform, result: '{{ item }}'}
            """);
        Assert.Equal((1, "FAILED"), (outcome.ExitCode, outcome.Status));
        Assert.Contains("things", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task<CommandOutcome> RunAsync(string steps, params string[] more)
    {
        using var folder = new PlaybookFolder();
        return await PlaybookCommand.RunAsync(["run", folder.Playbook(steps), "--output", "json", .. more]);
    }

    private async Task<(CommandOutcome Outcome, IReadOnlyList<string> Requests)> PagesAsync(string mode)
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync($$$"""
            - step: fetch
              loop: {in: [{path: assessments, size: 10}, {path: users, size: 15}], iterator: endpoint, {{{mode}}}}
              tool: {kind: http, url: '{{{sample.Url}}}/api/v1/{{ endpoint.path }}', params: {page: 1, pageSize: '{{ endpoint.size }}', run_key: '{{{run.Key}}}'}}
              retry: {on_success: {while: '{{ response.paging.hasMore }}', next_call: {params: {page: '{{ response.paging.page + 1 }}'}}, collect: {path: data} } }
            """);
        return (outcome, await run.RequestsAsync());
    }
}
