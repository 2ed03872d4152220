using System.Net.Http.Json;
using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

/// <summary>The caches of a whole operator.</summary>
[Collection(WholeOperator.Name)]
public sealed class CachesTests
{
    private static readonly Dictionary<string, string> s_noSecrets = [];

    [Fact]
    public void The_caches_have_the_bounds_of_the_contract()
    {
        var caches = new CachesOptions();
        Assert.Equal((1000, 3600, 100), Bounds(caches.ExecutionState));
        Assert.Equal((500, 1800, 0), Bounds(caches.Playbook));
        Assert.Equal((500, 0, 64), Bounds(caches.Template));
        // Its 300 s are what a step gets that does not say.
        Assert.Equal((1000, 86_400, 100), Bounds(caches.QueryResult));
        Assert.Equal((100, 300), (new WorkerOptions().ToolInstanceEntries, new WorkerOptions().ToolInstanceSeconds));
    }

    [Fact]
    public async Task What_has_expired_leaves_an_idle_cache_within_a_minute()
    {
        var time = new ManualTimeProvider();
        var cache = new BoundedCache<string, string>(new BoundedCacheOptions { Name = "idle", TimeToLive = TimeSpan.FromSeconds(30) }, time);
        cache.Set("a", "a");
        using var sweep = new CacheSweep([cache], time);
        await sweep.StartAsync(TestContext.Current.CancellationToken);
        await OperatorUnderTest.UntilAsync("it waits", () => time.PendingTimers == 1);
        Assert.Equal(1, cache.Count);
        time.Advance(TimeSpan.FromMinutes(1));
        await OperatorUnderTest.UntilAsync("it is gone", () => cache.Count == 0);
        Assert.Equal(1, cache.Statistics.Evictions.Of(EvictionReason.TimeToLive));
        await sweep.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_leader_that_starts_compiles_the_playbooks_before_anybody_runs_them()
    {
        await using var started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"));
        started.Playbook("one", "workflow: [{step: a, tool: {kind: noop}}]");
        started.Playbook("two", "workflow: [{step: b, tool: {kind: noop}}]");
        await OperatorUnderTest.UntilAsync("they are ready", () => started.FindPlaybook("one")?["status"] is not null && started.FindPlaybook("two")?["status"] is not null);
        await started.StopOperatorAsync();
        await started.StartOperatorAsync();
        await OperatorUnderTest.UntilAsync("both are there", async () => (await GetAsync(started, "/api/caches/playbook")).GetProperty("size").GetInt32() == 2);
    }

    [Fact]
    public async Task Results_are_the_same_when_all_caches_are_emptied_again_and_again()
    {
        await using var started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"), ("Logging:LogLevel:Default", "Debug"));
        started.Playbook("book", """
            workload: {numbers: [3, 1, 2], factor: 7}
            workflow:
            - {step: first, tool: {kind: transform, result: "{{ workload.numbers }}"}, vars: {sum: "{{ result | sum }}"}, next: each}
            - {step: each, loop: {in: "{{ first }}", iterator: item, orderBy: "{{ item }}", workers: job, mode: async}, tool: {kind: transform, result: "{{ item * workload.factor }}"}, next: many}
            - {step: many, loop: {in: "{{ range(200) }}", iterator: item, workers: pool, poolSize: 1, mode: async}, tool: {kind: transform, result: "{{ item + vars.sum }}"}, next: turn}
            - {step: turn, tool: {kind: transform, result: "{{ each.results | sum + (many.results | sum) }}"}, vars: {turns: "{{ (vars.turns | default(0)) + 1 }}"}, next: [{when: "vars.turns < 20", then: turn}]}
            """);
        await RunAsync(started, "calm");
        using var over = new CancellationTokenSource();
        var clearing = ClearAsync(started, over.Token);
        await RunAsync(started, "cleared");
        await over.CancelAsync();

        Assert.True(await clearing > 20, $"The caches were emptied only {await clearing} times.");
        Assert.Equal(await ResultsAsync(started, "calm"), await ResultsAsync(started, "cleared"));
        Assert.Contains("left the cache playbook: explicit.", started.Log.Text, StringComparison.Ordinal);
        Assert.Contains("left the cache execution_state: terminal.", started.Log.Text, StringComparison.Ordinal);
    }

    private static async Task RunAsync(OperatorUnderTest started, string name)
    {
        started.Execution(name, "{playbook: book}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (OperatorUnderTest.Phase(started.FindExecution(name)) is not ("Completed" or "Failed"))
        {
            var pods = started.Jobs().Where(job => job["status"] is null && seen.Add((string)job["metadata"]!["uid"]!)).Select(job => WorkerPod.RunAsync(started, job, s_noSecrets));
            await Task.WhenAll(pods);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(OperatorUnderTest.Phase(started.FindExecution(name)) == "Completed", OperatorUnderTest.Message(started.FindExecution(name)));
    }

    /// <summary>Returns how often all caches were emptied.</summary>
    private static async Task<int> ClearAsync(OperatorUnderTest started, CancellationToken over)
    {
        using var client = new HttpClient { BaseAddress = started.Address };
        for (var times = 0; ; times++)
        {
            if (over.IsCancellationRequested) return times;
            foreach (var name in (string[])["execution_state", "playbook", "template", "query_result"])
            {
                using var answer = await client.PostAsync($"/api/caches/{name}/clear", content: null, TestContext.Current.CancellationToken);
                answer.EnsureSuccessStatusCode();
            }
        }
    }

    /// <summary>All that happened but for times, numbers of runs and the order in which iterations ended.</summary>
    private static Task<string> ResultsAsync(OperatorUnderTest started, string name) => started.TextAsync($"""
        SELECT string_agg(concat_ws(' ', event_type, step, epoch, iteration_index, attempt, status, result::text, error::text), E'\n'
                          ORDER BY step, epoch, iteration_index, event_type, result::text)
        FROM event WHERE execution_id = (SELECT id FROM execution WHERE name = '{name}')
        """);

    private static async Task<JsonElement> GetAsync(OperatorUnderTest started, string path)
    {
        using var client = new HttpClient { BaseAddress = started.Address };
        return await client.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
    }

    private static (int Entries, int Seconds, int Megabytes) Bounds(CacheBounds bounds) => (bounds.MaxEntries, bounds.TtlSeconds, bounds.MaxMegabytes);
}
