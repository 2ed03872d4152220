using System.Diagnostics;
using System.Text.Json;
using PlaybookOperator.Operator.Tests.Metrics;

namespace PlaybookOperator.Cli.Tests.Caches;

/// <summary>The caches' figures while a served run has done a thousand iterations and is held.</summary>
public sealed class ServedCachesTests : IDisposable
{
    private const int Iterations = 1000;
    private readonly PlaybookFolder _folder = new();
    private Process? _run;

    private string Go => _folder.Path("go");

    public void Dispose()
    {
        if (_run is { HasExited: false }) _run.Kill(entireProcessTree: true);
        _run?.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("pool")]
    [InlineData("job")]
    public async Task More_than_nine_of_ten_uses_of_templates_after_a_thousand_iterations_are_hits(string workers)
    {
        using var client = await StartAsync(workers);
        await File.WriteAllTextAsync(Go, "", TestContext.Current.CancellationToken);
        await HeldAsync(client);
        var caches = JsonElement.Parse(await client.GetStringAsync("api/caches", TestContext.Current.CancellationToken)).GetProperty("caches").EnumerateArray()
            .ToDictionary(cache => cache.GetProperty("name").GetString()!, StringComparer.Ordinal);
        Assert.Equal(["execution_state", "playbook", "query_result", "template", "tool_instance"], caches.Keys.Order(StringComparer.Ordinal));
        var template = caches["template"];
        Assert.True(template.GetProperty("hit_rate").GetDouble() > 0.9, template.GetRawText());
        // Each iteration has two.
        Assert.InRange(template.GetProperty("hits").GetInt64(), 2 * Iterations, 3 * Iterations);
        foreach (var name in (string[])["execution_state", "playbook"])
            Assert.True(caches[name].GetProperty("hits").GetInt64() > caches[name].GetProperty("misses").GetInt64(), caches[name].GetRawText());
        // Nothing asked them: shell and transform have no connections, and no step has a cache.
        foreach (var name in (string[])["query_result", "tool_instance"])
            Assert.Equal((0, 0), (caches[name].GetProperty("hits").GetInt64(), caches[name].GetProperty("misses").GetInt64()));
    }

    [Fact]
    public async Task The_panels_of_the_dashboard_show_the_figures_of_a_run_in_a_real_Prometheus()
    {
        using var client = await StartAsync("pool");
        using var prometheus = new PrometheusServer(client.BaseAddress!);
        // Rates are increases between scrapes: the first one comes before the iterations.
        await prometheus.QueryAsync("playbook_cache_requests_total{result=\"hit\"}", "cache", 5);
        await File.WriteAllTextAsync(Go, "", TestContext.Current.CancellationToken);
        await HeldAsync(client);

        var panels = Panels();
        var hits = await prometheus.QueryAsync(
            Assert.Single(panels["Hit rate"]), Label("cache"), series => series.TryGetValue("template", out var rate) && !double.IsNaN(rate));
        Assert.InRange(hits["template"], 0.9, 1);
        var entries = await prometheus.QueryAsync(Assert.Single(panels["Entries of capacity"]), Label("cache"), series => series.Count == 5);
        Assert.InRange(entries["template"], 0.002, 0.1);
        await prometheus.QueryAsync(Assert.Single(panels["Bytes held"]), Label("cache"), series => series.GetValueOrDefault("template") > 0);
        await prometheus.QueryAsync(Assert.Single(panels["Evictions per minute"]), metric => metric.GetRawText(), series => series.Count == 5 * 6);
        await prometheus.QueryAsync(Assert.Single(panels["Loads per minute"]), Label("cache"), series => series.Count == 5);
        await prometheus.QueryAsync(Assert.Single(panels["Time of a load, p95"]), Label("cache"), series => series.Count == 5);
        await prometheus.QueryAsync(Assert.Single(panels["Iterations per second"]), Label("outcome"), series => series.GetValueOrDefault("completed") > 0);
        await prometheus.QueryAsync(Assert.Single(panels["Events per second"]), metric => metric.GetRawText(), series => series.Values.Any(rate => rate > 0));
        foreach (var query in panels["Time of a write"].Concat(panels["Memory"]))
            await prometheus.QueryAsync(query, metric => metric.GetRawText(), series => series.Values.Any(value => value > 0));
    }

    private static Func<JsonElement, string> Label(string name) => metric => metric.GetProperty(name).GetString()!;

    /// <summary>The queries of the dashboard by the title of their panel, with its variable as Grafana sets it for one job.</summary>
    private static Dictionary<string, string[]> Panels()
    {
        var dashboard = JsonElement.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "charts", "playbook-operator", "files", "dashboard.json")));
        return dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _)).ToDictionary(
            panel => panel.GetProperty("title").GetString()!,
            panel => panel.GetProperty("targets").EnumerateArray()
                .Select(target => target.GetProperty("expr").GetString()!.Replace("$job", "operator", StringComparison.Ordinal)).ToArray(),
            StringComparer.Ordinal);
    }

    /// <summary>A run that begins its iterations when <see cref="Go"/> is there, and then stays.</summary>
    private async Task<HttpClient> StartAsync(string workers)
    {
        _folder.Write("held.yaml", $$$"""
            apiVersion: playbooks.dev/v1alpha1
            kind: Playbook
            metadata: {name: held}
            spec:
              workflow:
              - step: wait
                tool: {kind: shell, cmds: ["until [ -e '{{{Go}}}' ]; do sleep 0.05; done"]}
                next: walk
              - step: walk
                loop: {in: "{{ range({{{Iterations}}}) }}", iterator: i, mode: async, maxParallel: 8, workers: {{{workers}}}, collect: none}
                tool: {kind: transform, result: {number: "{{ i }}", next: "{{ i + 1 }}", text: plain}}
                next: hold
              - step: hold
                tool: {kind: shell, cmds: ["sleep 300"]}
            """);
        _run = PlaybookCommand.Start("run", _folder.Path("held.yaml"), "--serve", "127.0.0.1:0", "--output", "json");
        var line = await _run.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("serving http://127.0.0.1:", line, StringComparison.Ordinal);
        return new HttpClient { BaseAddress = new Uri(line!["serving ".Length..]) };
    }

    private static async Task HeldAsync(HttpClient client)
    {
        while (true)
        {
            var list = JsonElement.Parse(await client.GetStringAsync("api/executions", TestContext.Current.CancellationToken)).GetProperty("executions");
            if (list.GetArrayLength() > 0 && list[0].GetProperty("execution_id").GetString() is { } id)
            {
                var shown = await client.GetStringAsync($"api/executions/{id}", TestContext.Current.CancellationToken);
                if (JsonElement.Parse(shown).GetProperty("progress").GetProperty("text").GetString() == $"{Iterations}/{Iterations}") return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
