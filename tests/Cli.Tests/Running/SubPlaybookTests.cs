using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>The tool <c>playbook</c> without a cluster: children run in the same process, found in the folder.</summary>
public sealed class SubPlaybookTests(SampleFixture sample) : IDisposable
{
    private const string Child = """
        kind: Playbook
        metadata: {name: child, path: tests/child}
        workload: {factor: 10}
        schema: {properties: {user: {type: integer}}}
        workflow:
        - step: score
          tool: {kind: transform, result: {user: "{{ workload.user }}", score: "{{ workload.user * workload.factor }}"}}
          next: end
        - step: end
        """;

    private readonly PlaybookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("memory")]
    [InlineData("postgres")]
    public async Task D10_four_users_give_four_child_executions(string store)
    {
        _folder.Write("child.yaml", Child);
        var events = _folder.Path("events.ndjson");
        await using var database = store == "memory" ? null : await (await Testing.PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        var outcome = await RunAsync(
            """
            - step: each
              loop: {in: [1, 2, 3, 4], iterator: user, mode: async}
              tool: {kind: playbook, name: child, args: {user: "{{ user }}"}}
            """, "--events", events, "--store", database?.ConnectionString ?? "memory");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var results = outcome.Result("each").GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([10, 20, 30, 40], results.Select(result => result.GetProperty("score").GetInt32()));
        var lines = (await File.ReadAllLinesAsync(events)).Select(line => JsonElement.Parse(line)).ToList();
        var parent = outcome.Json.GetProperty("execution_id").GetString();
        Assert.Equal(4, lines.Where(line => line.GetProperty("parent_execution_id").GetString() == parent).Select(line => line.GetProperty("execution_id").GetString()).Distinct().Count());
        var iterations = lines.Where(line => line.GetProperty("event_type").GetString() == "iteration.completed").ToList();
        Assert.Equal([0, 1, 2, 3], iterations.Select(line => line.GetProperty("iteration_index").GetInt32()).Order());
        Assert.Equal(4, iterations.Select(line => line.GetProperty("context").GetProperty("child_execution_id").GetString()).Distinct().Count());
        Assert.Equal(0, (await PlaybookCommand.RunAsync("replay", events)).ExitCode);
    }

    [Fact]
    public async Task The_step_gets_the_result_of_the_step_that_it_names_and_a_path_finds_the_playbook_too()
    {
        Directory.CreateDirectory(_folder.Path("below"));
        _folder.Write("below/child.yml", Child);
        _folder.Write("broken.yaml", "a: [");
        var outcome = await RunAsync("""
            - step: call
              tool: playbook
              path: tests/child
              args: {user: 7}
              return_step: score
              next: last
            - step: last
              tool: {kind: transform, result: "{{ call.score + 1 }}"}
            """);
        Assert.Equal(71, outcome.Result("last").GetInt32());
    }

    [Fact]
    public async Task D11_a_failing_child_fails_the_step_with_its_message_and_may_be_handled()
    {
        _folder.Write("child.yaml", """
            kind: Playbook
            metadata: {name: child}
            workflow:
            - step: break
              tool: {kind: transform, result: 1}
              case: [{when: "true", then: {fail: "no luck with {{ workload.user }}"}}]
            """);
        var failed = await RunAsync("- step: call\n  tool: {kind: playbook, name: child, args: {user: ann}}");
        Assert.Equal((1, "FAILED"), (failed.ExitCode, failed.Status));
        Assert.Contains("no luck with ann", failed.Error, StringComparison.Ordinal);
        var handled = await RunAsync("""
            - step: call
              tool: {kind: playbook, name: child, args: {user: bob}}
              case: [{when: "event.name == 'call.error'", then: {next: mend}}]
            - step: mend
              tool: {kind: transform, result: mended}
            """);
        Assert.Equal("mended", handled.Result("mend").GetString());
    }

    [Fact]
    public async Task C11_nested_loops_multiply_and_names_stay_apart()
    {
        _folder.Write("child.yaml", """
            kind: Playbook
            metadata: {name: child}
            workflow:
            - step: each
              loop: {in: "{{ range(workload.count) }}", mode: async}
              tool: {kind: transform, result: "{{ workload.base + item }}"}
            """);
        var outcome = await RunAsync("""
            - step: each
              loop: {in: [100, 200, 300], mode: sequential}
              tool: {kind: playbook, name: child, args: {base: "{{ item }}", count: 2}}
              next: flat
            - step: flat
              tool: {kind: transform, result: "{{ each.results | map(attribute='results') | sum(start=[]) }}"}
            """, "--parallel", "1");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal([100, 101, 200, 201, 300, 301], outcome.Result("flat").EnumerateArray().Select(value => value.GetInt32()));
    }

    [Theory]
    [InlineData("name: nobody", "no playbook 'nobody'")]
    [InlineData("name: test", "inside itself: test → test")]
    [InlineData("name: twice", "more than once")]
    [InlineData("name: child, return_step: scor", "did you mean score?")]
    [InlineData("name: child, args: '{{ 5 }}'", "args: must be a map")]
    [InlineData("name: child, args: {user: [1]}", "args: do not fit playbook 'child': workload.user: must be an integer")]
    public async Task A_child_that_cannot_be_run_fails_the_step_without_another_try(string keys, string expected)
    {
        _folder.Write("child.yaml", Child);
        _folder.Write("twice.yaml", "kind: Playbook\nmetadata: {name: twice}\nworkflow: [{step: a}]\n---\nkind: Playbook\nmetadata: {name: twice}\nworkflow: [{step: a}]\n");
        var outcome = await RunAsync($"- step: call\n  tool: {{kind: playbook, {keys}}}\n  retry: {{on_error: {{when: 'true', max_attempts: 3}}}}");
        Assert.Equal((1, 0), (outcome.ExitCode, outcome.Events("call.retry")));
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E10_Ctrl_C_cancels_parent_and_children()
    {
        var events = _folder.Path("events.ndjson");
        var probe = new CallUnderWay(sample);
        _folder.Write("child.yaml", $$"""
            kind: Playbook
            metadata: {name: child}
            workflow:
            - step: wait
              tool: {kind: http, url: "{{probe.Url}}"}
            """);
        var outcome = await PlaybookCommand.RunAsync(
            probe.InterruptAsync, "run", _folder.Playbook("- step: call\n  tool: {kind: playbook, name: child}"), "--output", "json", "--events", events);
        Assert.Equal((3, "CANCELLED"), (outcome.ExitCode, outcome.Status));
        Assert.Equal(2, (await File.ReadAllLinesAsync(events)).Count(line => line.Contains("\"execution.cancelled\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_step_s_timeout_bounds_the_child_and_is_an_error_that_is_tried_again()
    {
        _folder.Write("child.yaml", """
            kind: Playbook
            metadata: {name: child}
            workflow:
            - step: wait
              tool: {kind: http, url: "http://127.0.0.1:9/"}
              retry: {on_error: {max_attempts: 100, initial_delay: 10, jitter: false}}
            """);
        var outcome = await RunAsync("- step: call\n  tool: {kind: playbook, name: child}\n  timeout: 200ms\n  retry: {on_error: {max_attempts: 2, initial_delay: 0.01}}");
        Assert.Equal((1, 1), (outcome.ExitCode, outcome.Events("call.retry")));
        Assert.Contains("The child execution took longer than 0.2 s.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_not_handed_to_a_child()
    {
        var file = _folder.Playbook("""
            - step: call
              tool: {kind: playbook, name: child, args: {token: "{{ secret.TOKEN }}"}}
            """, "secrets: [{name: TOKEN, secretKeyRef: {name: t, key: t}}]");
        var outcome = await PlaybookCommand.RunAsync("lint", file);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("secret.TOKEN", outcome.Output, StringComparison.Ordinal);
    }

    private Task<CommandOutcome> RunAsync(string steps, params string[] more) =>
        PlaybookCommand.RunAsync(["run", _folder.Playbook(steps), "--output", "json", .. more]);
}
