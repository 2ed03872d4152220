using System.Net.Http.Json;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>The caches of all replicas, over the operator's API, as a user who may edit executions everywhere.</summary>
internal sealed class OperatorCaches : IAsyncDisposable
{
    private readonly ApiUser _user;
    private readonly List<HttpClient> _replicas;

    private OperatorCaches(ApiUser user, List<HttpClient> replicas) => (_user, _replicas) = (user, replicas);

    public static async Task<OperatorCaches> OpenAsync()
    {
        var user = await ApiUser.CreateAsync("edit");
        return new OperatorCaches(user, [.. (await ApiUser.ReplicasAsync()).Select(address => ApiUser.ClientOf(address, user.Token))]);
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
        await _user.DisposeAsync();
    }
}
