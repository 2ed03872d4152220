using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>A service account with a role of the chart in all namespaces, its token, and a client of one replica's API that shows it.</summary>
internal sealed class ApiUser : IAsyncDisposable
{
    private readonly string _account;
    private readonly string[] _roles;

    private ApiUser(string account, string[] roles, string token, HttpClient client) => (_account, _roles, Token, Client) = (account, roles, token, client);

    public string Token { get; }

    public HttpClient Client { get; }

    /// <param name="role"><c>view</c>, or <c>edit</c>, which may look too.</param>
    public static async Task<ApiUser> CreateAsync(string role)
    {
        var account = $"user-{Guid.NewGuid().ToString("N")[..8]}";
        string[] roles = role == "edit" ? ["view", "edit"] : ["view"];
        await Cluster.KubectlAsync($"-n {Cluster.Samples} create serviceaccount {account}");
        foreach (var one in roles)
            await Cluster.KubectlAsync($"create clusterrolebinding {account}-{one} --clusterrole=playbook-operator-{one} --serviceaccount={Cluster.Samples}:{account}");
        var answer = await Cluster.KubectlAsync(
            $"create --raw /api/v1/namespaces/{Cluster.Samples}/serviceaccounts/{account}/token -f -", """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}""");
        var token = JsonElement.Parse(answer).GetProperty("status").GetProperty("token").GetString()!;
        return new ApiUser(account, roles, token, ClientOf((await ReplicasAsync())[0], token));
    }

    /// <summary>Addresses of the operator's replicas.</summary>
    public static async Task<IReadOnlyList<string>> ReplicasAsync()
    {
        var pods = await Cluster.GetAsync($"/api/v1/namespaces/{Cluster.Operator}/pods?labelSelector=app.kubernetes.io%2Fcomponent%3Doperator");
        return [.. pods!.Value.GetProperty("items").EnumerateArray().Select(pod => $"http://{pod.GetProperty("status").GetProperty("podIP").GetString()}:8082")];
    }

    public static HttpClient ClientOf(string address, string token) => new() { BaseAddress = new Uri(address), DefaultRequestHeaders = { Authorization = new("Bearer", token) } };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Cluster.KubectlAsync($"delete clusterrolebinding {string.Join(' ', _roles.Select(role => $"{_account}-{role}"))}");
        await Cluster.KubectlAsync($"-n {Cluster.Samples} delete serviceaccount {_account}");
    }
}
