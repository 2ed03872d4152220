using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Options of <c>run</c>, exit codes, and what is printed.</summary>
public sealed class CommandLineTests(SampleFixture sample)
{
    private const string Echo = """
        - step: echo
          tool: {kind: transform, result: '{{ workload }}'}
        """;

    private const string Secret = "sesame-0451-open";

    [Fact]
    public async Task A_run_longer_than_its_timeout_is_cancelled_with_exit_3()
    {
        var outcome = await RunAsync($$"""
            - step: wait
              tool: {kind: http, url: '{{sample.Url}}/concurrency/probe?seconds=60'}
            """, "--timeout", "300ms");
        Assert.Equal((3, "CANCELLED"), (outcome.ExitCode, outcome.Status));
    }

    [Fact]
    public async Task Ctrl_C_cancels_cleanly_and_what_has_run_is_told_with_exit_3()
    {
        using var folder = new PlaybookFolder();
        var probe = new CallUnderWay(sample);
        var file = folder.Playbook($$"""
            - step: wait
              tool: {kind: http, url: '{{probe.Url}}'}
            """);
        var outcome = await PlaybookCommand.RunAsync(probe.InterruptAsync, "run", file, "--output", "json");
        Assert.Equal((3, "CANCELLED"), (outcome.ExitCode, outcome.Status));
        Assert.Equal(1, outcome.Events("execution.cancelled"));
    }

    [Fact]
    public async Task The_object_has_the_promised_members_and_no_others()
    {
        var outcome = await RunAsync("- step: broken\n  tool: {kind: transform, result: '{{ nothing.here }}'}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            ["execution_id", "path", "status", "duration_seconds", "steps", "vars", "failures", "events", "error"], outcome.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["status", "result"], outcome.Json.GetProperty("steps").GetProperty("broken").EnumerateObject().Select(member => member.Name));
        Assert.Equal(["total", "by_type"], outcome.Json.GetProperty("events").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Parallel_is_a_ceiling_over_the_whole_run_children_included()
    {
        using var folder = new PlaybookFolder();
        var key = $"ceiling-{Guid.NewGuid():N}";
        folder.Write("child.yaml", $$$"""
            kind: Playbook
            metadata: {name: child}
            workflow:
            - step: probe
              loop: {in: [1, 2, 3], mode: async}
              tool: {kind: http, url: '{{{sample.Url}}}/concurrency/probe?seconds=0.1&run_key={{{key}}}'}
            """);
        var file = folder.Playbook($$$"""
            - step: children
              loop: {in: [1, 2, 3], mode: async}
              tool: {kind: playbook, name: child}
              next: stats
            - step: stats
              tool: {kind: http, url: '{{{sample.Url}}}/concurrency/stats?run_key={{{key}}}'}
            """);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json", "--parallel", "2");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var stats = outcome.Result("stats").GetProperty("data");
        Assert.Equal((9, 2), (stats.GetProperty("completed").GetInt32(), stats.GetProperty("max_active").GetInt32()));
    }

    [Theory]
    [InlineData("--timeout", "soon", "--timeout")]
    [InlineData("--parallel", "0", "--parallel")]
    [InlineData("--set", "nothing", "--set")]
    [InlineData("--set", "a..b=1", "--set")]
    [InlineData("--secret", "=1", "--secret")]
    [InlineData("--output", "xml", "xml")]
    [InlineData("--no-such", "1", "--no-such")]
    [InlineData("--store", "gibberish", "--store")]
    [InlineData("--workload", "/nonexistent.yaml", "nonexistent.yaml")]
    [InlineData("--events", "/nonexistent/e.ndjson", "--events")]
    public async Task A_wrong_option_is_named_and_exits_2(string option, string value, string named)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Echo), option, value);
        Assert.True(outcome.ExitCode == 2, outcome.ToString());
        Assert.Contains(named, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notaconn")]
    [InlineData("Host=x;Password=hidden;Nonsense=1")]
    [InlineData("postgres://user:hidden@host/db?port=many")]
    public async Task A_store_that_cannot_be_read_is_told_how_one_looks(string store)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Echo), "--store", store);
        Assert.True(outcome.ExitCode == 2, outcome.ToString());
        Assert.Contains("postgres://user:password@host:5432/database", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("initialization string", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_does_not_exist_exits_2()
    {
        var outcome = await PlaybookCommand.RunAsync("run", "/nonexistent/playbook.yaml");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("/nonexistent/playbook.yaml", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_JSON_where_they_are_JSON_and_merge_deeply_over_the_file_and_the_playbook()
    {
        using var folder = new PlaybookFolder();
        var workload = folder.Write("workload.yaml", "a: {b: 1, c: 2}\n");
        var outcome = await PlaybookCommand.RunAsync(
            "run", folder.Playbook(Echo, "workload: {a: {z: 0, b: 0}, keep: true}"), "--output", "json", "--workload", workload,
            "--set", "a.b=V", "--set", "a.n=12", "--set", "list=[1,\"x\"]", "--set", "no=false", "--set", "text=a=b", "--set", "quoted=\"7\"");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var expected = """{"a":{"b":"V","c":2,"n":12,"z":0},"keep":true,"list":[1,"x"],"no":false,"quoted":"7","text":"a=b"}""";
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), outcome.Result("echo")), outcome.Output);
    }

    [Fact]
    public async Task Templates_that_come_in_with_a_setting_are_data()
    {
        var outcome = await RunAsync(Echo, "--set", "evil={{ 6 * 7 }}");
        Assert.Equal("{{ 6 * 7 }}", outcome.Result("echo").GetProperty("evil").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_events_file_holds_the_whole_dense_log(bool withPostgres)
    {
        using var folder = new PlaybookFolder();
        var events = folder.Path("events.ndjson");
        var file = folder.Playbook("""
            - step: walk
              loop: {in: '{{ range(0, 700) }}', mode: async}
              tool: {kind: transform, result: '{{ item }}'}
            """);
        await using var database = withPostgres ? await (await Testing.PrivatePostgres.SharedAsync()).CreateDatabaseAsync() : null;
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json", "--events", events, "--store", database?.ConnectionString ?? "memory");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var lines = (await File.ReadAllLinesAsync(events)).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(Enumerable.Range(1, outcome.Json.GetProperty("events").GetProperty("total").GetInt32()), lines.Select(EventId));
        Assert.Equal(700, lines.Count(line => line.GetProperty("event_type").GetString() == "iteration.completed"));
        Assert.Equal("playbook.completed", lines[^1].GetProperty("event_type").GetString());
    }

    [Theory]
    [InlineData("/bad/echo", 0)]
    [InlineData("/errors?error_type=401", 1)]
    public async Task A_secret_is_in_nothing_that_is_printed_or_kept(string path, int exitCode)
    {
        using var folder = new PlaybookFolder();
        var events = folder.Path("events.ndjson");
        var file = folder.Playbook($$$"""
            - step: call
              tool: {kind: http, url: '{{{sample.Url}}}{{{path}}}', params: {token: '{{ secret.TOKEN }}'}, headers: {X-Token: '{{ secret.TOKEN }}'}, auth: TOKEN}
            """, "secrets: [{name: TOKEN, secretKeyRef: {name: t, key: t}}]");
        foreach (var format in new[] { "json", "text" })
        {
            var outcome = await PlaybookCommand.RunAsync("run", file, "--secret", $"TOKEN={Secret}", "--events", events, "--output", format);
            Assert.True(outcome.ExitCode == exitCode, outcome.ToString());
            Assert.DoesNotContain(Secret, outcome.Output + outcome.Errors + await File.ReadAllTextAsync(events), StringComparison.Ordinal);
        }
    }

    private static int EventId(JsonElement line) => line.GetProperty("event_id") is { ValueKind: JsonValueKind.String } text
        ? int.Parse(text.GetString()!)
        : line.GetProperty("event_id").GetInt32();

    private static async Task<CommandOutcome> RunAsync(string steps, params string[] more)
    {
        using var folder = new PlaybookFolder();
        return await PlaybookCommand.RunAsync(["run", folder.Playbook(steps), "--output", "json", .. more]);
    }
}
