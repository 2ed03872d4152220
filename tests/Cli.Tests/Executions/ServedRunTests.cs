using System.Diagnostics;
using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Executions;

/// <summary><c>run --serve</c>, and the commands that look at it and steer it over its API.</summary>
public sealed class ServedRunTests : IAsyncLifetime
{
    private const int Iterations = 4;
    private readonly PlaybookFolder _folder = new();
    private Process _run = null!;
    private string _server = "";

    private string Done => _folder.Path("done");

    /// <summary>A run whose iterations last until the test lets them end, two at a time.</summary>
    public async ValueTask InitializeAsync()
    {
        _folder.Write("held.yaml", $$$"""
            apiVersion: playbooks.dev/v1alpha1
            kind: Playbook
            metadata: {name: held}
            spec:
              workflow:
              - step: walk
                loop: {in: "{{ range({{{Iterations}}}) }}", iterator: i, mode: async, maxParallel: 2, workers: job}
                tool: {kind: shell, cmds: ["until [ -e '{{{Done}}}' ]; do sleep 0.05; done"]}
            """);
        _run = PlaybookCommand.Start("run", _folder.Path("held.yaml"), "--serve", "127.0.0.1:0", "--output", "json");
        var line = await _run.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("serving http://127.0.0.1:", line, StringComparison.Ordinal);
        _server = line!["serving ".Length..];
        await UntilAsync(one => one.GetProperty("progress").GetProperty("active").GetInt32() == 2);
    }

    public ValueTask DisposeAsync()
    {
        if (!_run.HasExited) _run.Kill(entireProcessTree: true);
        _run.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_is_listed_shown_and_watched_to_its_end()
    {
        var list = await SayAsync("list");
        Assert.Equal(["NAMESPACE", "NAME", "PLAYBOOK", "STATUS", "PROGRESS", "DURATION", "ID"], Words(list.Output.Split('\n')[0]));
        Assert.Equal(["default", "held", "held", "RUNNING", $"0/{Iterations}"], Words(list.Output.Split('\n')[1]).Take(5));
        Assert.Contains($"RUNNING 0/{Iterations}, 2 active", (await SayAsync("get", "held")).Output, StringComparison.Ordinal);

        // Who follows keeps the server for a moment, so the end is seen.
        using var events = PlaybookCommand.Start("events", "held", "--server", _server, "--follow", "-o", "json");
        var followed = new List<JsonElement> { JsonElement.Parse((await events.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!) };
        using var watch = PlaybookCommand.Start("watch", "held", "--server", _server);
        Assert.EndsWith($"RUNNING 0/{Iterations}, 2 active", await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Done, "");
        while (await events.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) followed.Add(JsonElement.Parse(line));
        Assert.Equal(Enumerable.Range(1, followed.Count), followed.Select(happened => happened.GetProperty("event_id").GetInt32()));
        Assert.Equal("playbook.completed", followed[^1].GetProperty("event_type").GetString());
        var summary = JsonElement.Parse(await _run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("COMPLETED", followed.Count), (summary.GetProperty("status").GetString(), summary.GetProperty("events").GetProperty("total").GetInt32()));
        watch.Kill(entireProcessTree: true);
    }

    [Fact]
    public async Task A_run_is_suspended_and_resumed_over_its_API()
    {
        Assert.Equal("default/held: suspended", (await SayAsync("suspend", "held")).Output.Trim());
        await UntilAsync(one => one.GetProperty("status").GetString() == "PAUSED");
        await File.WriteAllTextAsync(Done, "");
        // What ran may end; nothing more starts.
        await UntilAsync(one => one.GetProperty("progress").GetProperty("text").GetString() == $"2/{Iterations}");
        Assert.Equal("default/held: already suspended", (await SayAsync("suspend", "held")).Output.Trim());
        Assert.Equal("default/held: resumed", (await SayAsync("resume", "held")).Output.Trim());
        await _run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _run.ExitCode);
    }

    [Fact]
    public async Task A_run_is_cancelled_over_its_API_and_exits_as_cancelled()
    {
        var told = await SayAsync("cancel", "held", "-o", "json");
        Assert.Equal("cancelled", JsonElement.Parse(told.Output).GetProperty("status").GetString());
        await _run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, _run.ExitCode);
    }

    [Fact]
    public async Task Its_caches_are_shown()
    {
        var caches = await SayAsync("caches");
        Assert.Equal((0, true), (caches.ExitCode, caches.Output.Contains("execution_state", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Health_readiness_and_metrics_are_served()
    {
        using var client = new HttpClient { BaseAddress = new Uri(_server) };
        Assert.Equal("ok\n", await client.GetStringAsync("/livez", TestContext.Current.CancellationToken));
        Assert.Equal("ok\n", await client.GetStringAsync("/readyz", TestContext.Current.CancellationToken));
        var health = JsonElement.Parse(await client.GetStringAsync("/health", TestContext.Current.CancellationToken));
        Assert.Equal(("ok", "ok", true), (health.GetProperty("status").GetString(), health.GetProperty("database").GetString(), health.GetProperty("leader").GetBoolean()));
        var metrics = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        foreach (var series in (string[])["playbook_cache_entries{cache=\"tool_instance\"}", "playbook_memory_bytes", "playbook_build_info", "playbook_iterations_total{outcome=\"completed\"} 0"])
            Assert.Contains(series, metrics, StringComparison.Ordinal);
        Assert.Matches("playbook_events_appended_total [1-9]", metrics);
    }

    [Theory]
    [InlineData("GET", "/api/nosuch", 404, "There is no /api/nosuch here.")]
    [InlineData("POST", "/api/executions", 405, "/api/executions does not take POST here, only GET.")]
    public async Task What_is_not_served_is_answered_with_a_problem_document(string method, string path, int status, string detail)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_server) };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(detail, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_name_of_another_site_that_points_here_is_refused()
    {
        using var client = new HttpClient { BaseAddress = new Uri(_server) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/executions");
        request.Headers.Host = "elsewhere.example";
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task An_execution_that_is_not_there_is_told()
    {
        var outcome = await PlaybookCommand.RunAsync("get", "nobody", "--server", _server);
        Assert.Equal((2, "playbook: there is no Execution 'nobody'."), (outcome.ExitCode, outcome.Errors.Trim()));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("70000")]
    public async Task An_address_that_is_none_is_refused(string address)
    {
        var outcome = await PlaybookCommand.RunAsync("run", _folder.Path("held.yaml"), "--serve", address);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"not '{address}'", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1:8082")]
    [InlineData("taken")]
    public async Task An_address_that_cannot_be_opened_is_refused(string address)
    {
        if (address == "taken") address = new Uri(_server).Authority;
        var outcome = await PlaybookCommand.RunAsync("run", _folder.Path("held.yaml"), "--serve", address);
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"playbook: --serve {address}: ", outcome.Errors, StringComparison.Ordinal);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private async Task<CommandOutcome> SayAsync(params string[] arguments)
    {
        var outcome = await PlaybookCommand.RunAsync([.. arguments, "--server", _server]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome;
    }

    private async Task UntilAsync(Func<JsonElement, bool> condition)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_server) };
        while (true)
        {
            var list = JsonElement.Parse(await client.GetStringAsync("api/executions")).GetProperty("executions");
            if (list.GetArrayLength() > 0 && condition(JsonElement.Parse(await client.GetStringAsync($"api/executions/{list[0].GetProperty("execution_id").GetString()}")))) return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
