using System.Net.Http.Json;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The caches of all replicas, over the operator's API, as a user of a service account of its own that may edit executions everywhere.</summary>
internal sealed class OperatorCaches : IAsyncDisposable
{
    private readonly string _account;
    private readonly List<HttpClient> _replicas;

    private OperatorCaches(string account, List<HttpClient> replicas) => (_account, _replicas) = (account, replicas);

    public static async Task<OperatorCaches> OpenAsync()
    {
        var account = $"caches-{Guid.NewGuid().ToString("N")[..8]}";
        await Cluster.KubectlAsync($"-n {Cluster.Samples} create serviceaccount {account}");
        await Cluster.KubectlAsync($"create clusterrolebinding {account} --clusterrole=playbook-operator-edit --serviceaccount={Cluster.Samples}:{account}");
        await Cluster.KubectlAsync($"create clusterrolebinding {account}-view --clusterrole=playbook-operator-view --serviceaccount={Cluster.Samples}:{account}");
        var answer = await Cluster.KubectlAsync(
            $"create --raw /api/v1/namespaces/{Cluster.Samples}/serviceaccounts/{account}/token -f -", """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}""");
        var token = JsonElement.Parse(answer).GetProperty("status").GetProperty("token").GetString();
        var pods = await Cluster.GetAsync($"/api/v1/namespaces/{Cluster.Operator}/pods?labelSelector=app.kubernetes.io%2Fcomponent%3Doperator");
        var replicas = pods!.Value.GetProperty("items").EnumerateArray().Select(pod => new HttpClient
        {
            BaseAddress = new Uri($"http://{pod.GetProperty("status").GetProperty("podIP").GetString()}:8082"),
            DefaultRequestHeaders = { Authorization = new("Bearer", token) },
        });
        return new OperatorCaches(account, [.. replicas]);
    }

    /// <summary>Empties every cache of every replica; returns how many entries each cache held.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ClearAsync(CancellationToken cancellationToken)
    {
        var cleared = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var replica in _replicas)
        {
            var list = await replica.GetFromJsonAsync<JsonElement>("/api/caches", cancellationToken);
            foreach (var name in list.GetProperty("caches").EnumerateArray().Select(cache => cache.GetProperty("name").GetString()!))
            {
                using var answer = await replica.PostAsync($"/api/caches/{name}/clear", content: null, cancellationToken);
                answer.EnsureSuccessStatusCode();
                var entries = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("entries_cleared").GetInt32();
                cleared[name] = cleared.GetValueOrDefault(name) + entries;
            }
        }

        return cleared;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) replica.Dispose();
        await Cluster.KubectlAsync($"delete clusterrolebinding {_account} {_account}-view");
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete serviceaccount {_account}");
    }
}
