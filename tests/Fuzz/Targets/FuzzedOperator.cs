using System.Text.Json;
using PlaybookOperator.Operator.Tests.Support;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>A whole operator with a database of its own, asked over HTTP.</summary>
internal sealed class FuzzedOperator : IAsyncDisposable
{
    private readonly OperatorUnderTest _started;

    private FuzzedOperator(OperatorUnderTest started, HttpClient client) => (_started, Client) = (started, client);

    public OperatorUnderTest Operator => _started;

    public HttpClient Client { get; }

    public static async Task<FuzzedOperator> StartAsync()
    {
        var started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"));
        started.Playbook("echo", "workflow: [{step: measure, tool: {kind: transform, result: '{{ workload }}'}}]");
        started.Playbook("work", "workflow: [{step: call, tool: {kind: http, url: 'http://127.0.0.1:9/'}}]");
        started.Playbook("pool", "workflow: [{step: each, loop: {in: '{{ range(1000) }}', mode: async, workers: pool}, tool: {kind: http, url: 'http://127.0.0.1:9/'}}]");
        var client = new HttpClient { BaseAddress = started.Address, Timeout = TimeSpan.FromSeconds(10) };
        await OperatorUnderTest.UntilAsync("the operator is ready", async () =>
        {
            using var response = await client.GetAsync("/readyz");
            return response.IsSuccessStatusCode;
        });
        return new FuzzedOperator(started, client);
    }

    /// <summary>Null when the answer is one of a sound server: no 5xx but «come again», and a problem document for each refusal.</summary>
    public static async Task<string?> JudgeAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var told = await response.Content.ReadAsStringAsync();
        var asked = $"{request.Method} {request.RequestUri}";
        if (status is >= 500 and not 503) return $"status {status}: {told}\n{asked}";
        if (told.Contains("\n   at ", StringComparison.Ordinal)) return $"stack: an answer holds one\n{asked}\n{told}";
        if (status < 400 || told.Length == 0) return null;
        using var problem = JsonDocument.Parse(told);
        return problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { Length: > 0 } ? null : $"problem: no detail\n{asked}\n{told}";
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _started.DisposeAsync();
    }
}
