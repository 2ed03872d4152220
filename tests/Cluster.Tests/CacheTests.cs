using PlaybookOperator.Cluster.Tests.Cases;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>What the operator keeps in memory, on real pods.</summary>
public sealed class CacheTests
{
    /// <summary>Something of each cache: results of steps, templates, a loop with a Job for each iteration, one in a pool, and reads that may be answered by earlier ones.</summary>
    private const string Spec = ClusterRun.Secrets + """
          workload: {factor: 7}
          workflow:
          - step: first
            tool: {kind: transform, result: "{{ [3, 1, 2] }}"}
            vars: {sum: "{{ result | sum }}"}
            next: each
          - step: each
            loop: {in: "{{ first }}", iterator: item, orderBy: "{{ item }}", mode: async, workers: job}
            tool: {kind: transform, result: "{{ item * workload.factor }}"}
            next: many
          - step: many
            loop: {in: "{{ range(300) }}", iterator: item, mode: async, maxParallel: 4, poolSize: 2, workers: pool}
            tool: {kind: shell, cmds: "sleep 0.05; echo {{ item + vars.sum }}"}
            next: read
          - step: read
            loop: {in: "{{ range(40) }}", iterator: item, mode: async, maxParallel: 2, poolSize: 1, workers: pool}
            cache: {ttl: 1h}
            tool: {kind: http, url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments", params: {page: "{{ item % 4 + 1 }}", delay_ms: 20}}
            case: [{when: "event.name == 'call.done'", then: {result: "{{ response.data }}"}}]
            next: turn
          - step: turn
            tool: {kind: transform, result: "{{ (each.results | sum) + (many.results | length) + (read.results | length) }}"}
            vars: {turns: "{{ (vars.turns | default(0)) + 1 }}"}
            next: [{when: "vars.turns < 20", then: turn}]

        """;

    [Fact]
    public async Task Results_are_the_same_when_all_caches_are_emptied_again_and_again()
    {
        await using var calm = await ClusterRun.StartAsync("calm", Spec);
        Assert.Equal("Completed", (await calm.FinishedAsync()).GetProperty("phase").GetString());

        await using var caches = await OperatorCaches.OpenAsync();
        using var over = new CancellationTokenSource();
        var clearing = ClearAsync(caches, over.Token);
        await using var cleared = await ClusterRun.StartAsync("cleared", Spec);
        var end = await cleared.FinishedAsync();
        await over.CancelAsync();

        var (times, held) = await clearing;
        Assert.Equal("Completed", end.GetProperty("phase").GetString());
        Assert.True(times > 20, $"The caches were emptied only {times} times.");
        Assert.All((string[])["execution_state", "playbook", "query_result", "template"], name => Assert.True(held.GetValueOrDefault(name) > 1, $"{name} held {held.GetValueOrDefault(name)} entries in all."));
        Assert.Equal(await ResultsAsync(calm), await ResultsAsync(cleared));
        await cleared.AssertDenseAsync();
    }

    /// <summary>Empties them until told to stop; returns how often, and how many entries each held, all times together.</summary>
    private static async Task<(int Times, Dictionary<string, int> Held)> ClearAsync(OperatorCaches caches, CancellationToken over)
    {
        var held = new Dictionary<string, int>(StringComparer.Ordinal);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var times = 0; ; times++)
        {
            if (over.IsCancellationRequested) return (times, held);
            foreach (var (name, entries) in await caches.ClearAsync(TestContext.Current.CancellationToken)) held[name] = held.GetValueOrDefault(name) + entries;
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All that happened but for times, numbers of runs and the order in which iterations ended.</summary>
    private static async Task<string> ResultsAsync(ClusterRun run) => await Cluster.TextAsync($"""
        SELECT string_agg(concat_ws(' ', event_type, step, epoch, iteration_index, attempt, status, result::text, error::text), E'\n'
                          ORDER BY step, epoch, iteration_index, event_type, result::text)
        FROM event WHERE execution_id = {await run.IdAsync()}
        """);
}
