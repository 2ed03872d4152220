using System.Globalization;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases E that a single process can show: retries, failures, cancelling.</summary>
public sealed class ErrorCases(World world)
{
    private const string Database = "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]";

    private readonly Api _api = world.Api();

    [Theory]
    [InlineData(503, 3)]
    [InlineData(418, 3)]
    [InlineData(500, 1)]
    [InlineData(404, 1)]
    public async Task E1_only_the_listed_statuses_are_retried(int status, int requests)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: {{{status}}}, retry_after: 0, run_key: $key}}
              retry: {on_error: {retryable_status_codes: [503, 418], initial_delay: 1ms}}
            """);

        outcome.Failed("call", status.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(requests, (await _api.RequestsAsync()).Count);
        Assert.Equal((requests - 1, 1), (outcome.Count("call.retry"), outcome.Count("call.error")));
    }

    [Fact]
    public async Task E2_the_stop_condition_wins_over_when_and_attempts()
    {
        var outcome = await _api.RunAsync("""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: 500, run_key: $key}}
              retry: {on_error: {max_attempts: 10, initial_delay: 1ms, when: "{{ status_code >= 500 }}", stop_when: "{{ attempt >= 4 }}"}}
            """);

        outcome.Failed("500");
        Assert.Equal(4, (await _api.RequestsAsync()).Count);
        Assert.Equal(3, outcome.Count("call.retry"));
    }

    [Theory]
    [InlineData(4, 5, true)]
    [InlineData(5, 5, false)]
    [InlineData(0, 1, true)]
    public async Task E3_a_call_that_fails_a_few_times_succeeds_within_its_attempts(int failures, int requests, bool succeeds)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: 500, fail_times: {{{failures}}}, run_key: $key}}
              retry: {on_error: {max_attempts: 5, initial_delay: 1ms}}
              next: after
            - step: after
              tool: {kind: transform, result: "{{ call.data.attempts }}"}
            """);

        Assert.Equal(requests, (await _api.RequestsAsync()).Count);
        if (succeeds) Assert.Equal($"{failures + 1}", outcome.Completed().Result("after"));
        else outcome.Failed("call", "500");
    }

    [Fact]
    public async Task E4_retry_true_is_three_attempts_one_second_apart_and_doubling()
    {
        var outcome = await _api.RunAsync("""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: 500, run_key: $key}}
              retry: true
            """);

        outcome.Failed("500");
        var times = (await _api.RequestsAsync()).Select(request => request.Time).ToList();
        Assert.Equal(3, times.Count);
        Assert.True(times[1] - times[0] >= TimeSpan.FromMilliseconds(490), "The first delay was under 1 s × 0.5.");
        Assert.True(times[2] - times[1] >= TimeSpan.FromMilliseconds(990), "The second delay was under 2 s × 0.5.");
    }

    [Fact]
    public async Task E4_retry_with_a_number_is_that_many_attempts()
    {
        var outcome = await _api.RunAsync("""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: 500, run_key: $key}}
              retry: 2
            """);

        outcome.Failed("500");
        Assert.Equal(2, (await _api.RequestsAsync()).Count);
    }

    [Fact]
    public async Task E5_a_database_that_cannot_be_reached_is_tried_again()
    {
        var outcome = await _api.RunAsync("""
            - step: ask
              tool: {kind: postgres, auth: DB, query: SELECT 1}
              retry: {on_error: {max_attempts: 3, initial_delay: 1ms}}
            """, Database, "--secret", "DB=postgresql://nobody:x@127.0.0.1:1/none");

        outcome.Failed("ask");
        Assert.Equal(2, outcome.Count("call.retry"));
    }

    [Fact]
    public async Task E5_a_syntax_error_is_not_tried_again()
    {
        await using var tables = await World.TablesAsync();
        var outcome = await _api.RunAsync("""
            - step: ask
              tool: {kind: postgres, auth: DB, query: SELEC 1}
              retry: {on_error: {max_attempts: 3, initial_delay: 1ms}}
            """, Database, tables.Secret);

        outcome.Failed("42601");
        Assert.Equal((0, 1), (outcome.Count("call.retry"), outcome.Count("call.error")));
    }

    [Fact]
    public async Task E6_what_the_database_says_is_kept()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE t (n int CHECK (n > 0))");
        var outcome = await _api.RunAsync("""
            - step: broken
              tool: {kind: postgres, auth: DB, query: "SELECT * FROM no_such_table_here"}
            """, Database, tables.Secret);

        outcome.Failed("broken", "no_such_table_here", "does not exist");
        Assert.Contains("no_such_table_here", outcome.EventsOf("call.error").Single().GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loop: {in: [1]}", "workflow[0].tool", "required")]
    [InlineData("tool: {url: x}", "workflow[0].tool.kind", "required")]
    [InlineData("tool: {}", "workflow[0].tool", "required")]
    [InlineData("tool: {kind: http}", "workflow[0].tool.url", "required")]
    [InlineData("retry: true", "workflow[0].tool", "required")]
    [InlineData("sink: {tool: postgres, auth: DB, table: t, data: {}}", "workflow[0].tool", "required")]
    public async Task E7_a_step_that_needs_a_tool_and_has_none_is_refused(string step, string field, string word)
    {
        var outcome = await _api.RunAsync($"- step: bad\n  {step}", Database);
        outcome.Refused(field, word);
    }

    [Fact]
    public async Task E8_a_pipeline_of_failures_meets_each_with_its_own_answer()
    {
        var outcome = await _api.RunAsync("""
            - step: unstable
              tool: {kind: http, url: $api/errors, params: {error_type: 500, name: a, fail_times: 2, run_key: $key}}
              retry: {on_error: {initial_delay: 1ms}}
              next: limited
            - step: limited
              tool: {kind: http, url: $api/errors, params: {error_type: 429, name: b, fail_times: 1, retry_after: 1, run_key: $key}}
              retry: {on_error: {initial_delay: 1ms}}
              next: shape
            - step: shape
              tool: {kind: transform, result: "{{ limited.data.no_such.thing }}"}
              next: [{when: "{{ error }}", then: locked}, {else: locked}]
            - step: locked
              tool: {kind: http, url: $api/errors, params: {error_type: 401, name: c, run_key: $key}}
              retry: true
              next: never
            - step: never
            """);

        outcome.Failed("locked", "401");
        var requests = (await _api.RequestsAsync()).ToLookup(request => request["name"]);
        Assert.Equal((3, 2, 1), (requests["a"].Count(), requests["b"].Count(), requests["c"].Count()));
        // Less the milliseconds by which timers, which count whole ticks, may be early.
        var waited = requests["b"].Last().Time - requests["b"].First().Time;
        Assert.True(waited >= TimeSpan.FromSeconds(0.95), $"Retry-After: 1 was not waited for: {waited}.");
        Assert.Equal("FAILED", outcome.StepStatus("shape"));
    }

    [Theory]
    [InlineData("args: {n: '{{ workload.missing.deeper }}'}", "workload.missing")]
    [InlineData("args: {n: '{{ 1 / 0 }}'}", "zero")]
    [InlineData("args: {n: '{{ no_such_step.value }}'}", "no_such_step")]
    public async Task E9_a_template_that_fails_in_args_fails_the_step(string args, string word)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: call
              {{{args}}}
              tool: {kind: http, url: $api/bad/echo, params: {n: "{{ args.n }}", run_key: $key}}
            """);

        outcome.Failed("call", word);
        Assert.Empty(await _api.RequestsAsync());
    }

    [Fact]
    public async Task E9_a_template_that_fails_in_the_arguments_of_a_route_fails_the_run()
    {
        var outcome = await _api.RunAsync("""
            - step: a
              tool: {kind: noop}
              next: [{step: b, args: {n: "{{ workload.missing.deeper }}"}}]
            - step: b
              tool: {kind: noop}
            """);

        outcome.Failed("a", "missing");
    }

    [Fact]
    public async Task E10_a_run_stopped_in_the_middle_of_a_loop_starts_nothing_more_and_is_cancelled_once()
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(100) }}", mode: async, maxParallel: 3}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: "{{ 5 if item < 6 else 60000 }}", run_key: $key}}
            """, "", "--timeout", "5s");

        Assert.Equal((3, "CANCELLED"), (outcome.ExitCode, outcome.Status));
        Assert.Equal((1, 6), (outcome.Count("execution.cancelled"), outcome.Count("iteration.completed")));
        Assert.Equal(9, (await _api.RequestsAsync("/concurrency/probe")).Count);
        Assert.Equal(0, outcome.Count("playbook.failed") + outcome.Count("playbook.completed"));
    }
}
