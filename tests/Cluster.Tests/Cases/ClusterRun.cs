using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>One playbook and one Execution of it, both of one name, on the cluster; removed when disposed.</summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    /// <summary>The secret with the sample API's address, for specs.</summary>
    public const string Secrets = "  secrets: [{name: PAGINATED_API_URL, secretKeyRef: {name: paginated-api, key: url}}]\n";

    private string? _id;

    private ClusterRun(string name) => Name = name;

    public string Name { get; }

    /// <summary><paramref name="spec"/>: indented by two; <c>$name</c> in it stands for the name, which is also the run key.</summary>
    public static async Task<ClusterRun> StartAsync(string kind, string spec)
    {
        var run = new ClusterRun($"{kind}-{Guid.NewGuid().ToString("N")[..8]}");
        await Cluster.StartAsync(run.Name, spec.Replace("$name", run.Name, StringComparison.Ordinal));
        return run;
    }

    /// <summary>A loop over calls of the sample API that take so long each.</summary>
    public static string SlowLoop(int iterations, int delayMs, string loop, string more = "") => Secrets + string.Create(CultureInfo.InvariantCulture, $$$"""
          workflow:
          - step: fetch
            loop: {in: "{{ range({{{iterations}}}) }}", iterator: number, {{{loop}}} }
            {{{more}}}
            tool:
              kind: http
              url: "{{ secret.PAGINATED_API_URL }}/api/v1/assessments"
              params: {delay_ms: {{{delayMs}}}, pageSize: 1, run_key: $name}

        """);

    public Task<JsonElement> FinishedAsync(int seconds = 300) => Cluster.FinishedAsync(Name, seconds);

    /// <summary>The id in the log, once the operator has given one.</summary>
    public async Task<string> IdAsync()
    {
        if (_id is { } known) return known;
        var id = "";
        await Cluster.UntilAsync("the Execution has an id", async () => (id = await FieldAsync("executionId")).Length > 0);
        return _id = id;
    }

    /// <summary>A field of the status; empty when it is not set.</summary>
    public Task<string> FieldAsync(string name) => Cluster.StatusAsync(Name, name);

    /// <summary>Patches the Execution's spec, as <c>kubectl patch</c> does.</summary>
    public Task PatchAsync(string spec) => Cluster.KubectlAsync($"-n {Cluster.Samples} patch execution {Name} --type=merge -p {{\\\"spec\\\":{spec}}}");

    public async Task<long> EventsAsync(string type) =>
        await Cluster.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {await IdAsync()} AND event_type = '{type}'");

    public async Task<long> LastEventAsync() => await Cluster.NumberAsync($"SELECT max(event_id) FROM event WHERE execution_id = {await IdAsync()}");

    /// <summary>Names of what carries the execution's label: <c>jobs</c> or <c>pods</c>.</summary>
    public async Task<IReadOnlyList<string>> OwnedAsync(string kind) => await Cluster.OwnedAsync(kind, await IdAsync());

    /// <summary>How many requests the sample API has served for this run.</summary>
    public Task<int> RequestsAsync() => Cluster.RequestsAsync(Name);

    /// <summary>Each iteration has one end, and it is a success.</summary>
    public async Task AssertEndedOnceAsync(int iterations)
    {
        Assert.Equal((iterations, 0), (await EventsAsync("iteration.completed"), await EventsAsync("iteration.failed")));
        Assert.Equal(iterations, await Cluster.NumberAsync($"SELECT count(DISTINCT iteration_index) FROM event WHERE execution_id = {await IdAsync()} AND event_type = 'iteration.completed'"));
    }

    public async Task AssertDenseAsync()
    {
        var id = await IdAsync();
        Assert.Equal(1, await Cluster.NumberAsync($"SELECT CASE WHEN min(event_id) = 1 AND max(event_id) = count(*) THEN 1 ELSE 0 END FROM event WHERE execution_id = {id}"));
    }

    public async ValueTask DisposeAsync() => await Cluster.RemoveAsync(Name);
}
