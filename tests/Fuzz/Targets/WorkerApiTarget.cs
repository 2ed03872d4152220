using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Fuzz.Mutation;
using PlaybookOperator.Operator.Tests.Support;

namespace PlaybookOperator.Fuzz.Targets;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>The API of workers, with the session of a pod of a call, or of a pool. An input is who asks and the path in its first line, and a body.</summary>
internal sealed class WorkerApiTarget : IFuzzTarget
{
    private static readonly string[] s_words =
        ["run_id", "index", "fence", "outcome", "attempt", "duration_ms", "result", "error", "notes", "numbers", "case", "response", "next_at", "reports", "returned", "wants", "leaves", "heard", "progress"];

    private static readonly (string Path, string Body)[] s_calls =
    [
        ("session", """{"token": "none"}"""),
        ("claim", "{}"),
        ("input", """{"run_id": 4, "with_results": true}"""),
        ("reports", """[{"run_id": 4, "index": -1, "fence": 1, "outcome": "Failed", "attempt": 1, "duration_ms": 1, "error": {"kind": "Http", "message": "no"}, "notes": []}]"""),
        ("progress", """{"run_id": 4, "index": -1, "fence": 1, "progress": {"sunk": 1, "pending": "a"}}"""),
        ("lease", """{"reports": [{"run_id": 4, "index": 0, "fence": 1, "outcome": "Completed", "attempt": 1, "duration_ms": 1, "result": 5, "notes": []}], "returned": [{"lease": 1, "lo": 0, "hi": 1}], "wants": 2, "leaves": false}"""),
    ];

    private FuzzedOperator? _started;
    private string _call = "";
    private string _pool = "";

    public string Generate(Random random, Corpus corpus)
    {
        var (path, sample) = s_calls[random.Next(s_calls.Length)];
        var body = JsonNode.Parse(sample)!;
        JsonMutator.Mutate(body, random, s_words);
        var text = random.Next(4) == 0 ? TextMutator.Mutate(JsonMutator.Write(body), random) : JsonMutator.Write(body);
        return $"{(random.Next(2) == 0 ? "call" : "pool")} {path}\n{text}";
    }

    public async Task<string?> TryAsync(string input)
    {
        _started ??= await StartAsync();
        var line = input.Split('\n')[0];
        if (line.Split(' ') is not [var who and ("call" or "pool"), var path] || path.Length == 0) return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/worker/v1/{Uri.EscapeDataString(path)}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", who == "pool" ? _pool : _call);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input[Math.Min(input.Length, line.Length + 1)..]));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _started.Client.SendAsync(request);
        return await FuzzedOperator.JudgeAsync(request, response);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
    }

    private async Task<FuzzedOperator> StartAsync()
    {
        var started = await FuzzedOperator.StartAsync();
        _call = await SessionAsync(started, "work");
        _pool = await SessionAsync(started, "pool");
        return started;
    }

    /// <summary>The session of a pod of an Execution's first Job.</summary>
    private static async Task<string> SessionAsync(FuzzedOperator started, string playbook)
    {
        started.Operator.Execution(playbook, $"playbook: {playbook}");
        JsonObject? job = null;
        await OperatorUnderTest.UntilAsync(
            $"{playbook} has a Job", () => (job = started.Operator.Jobs().FirstOrDefault(one => OwnerOf(one) == playbook)) is not null);
        var token = started.Operator.Cluster.TokenOf(started.Operator.Pod(job!));
        string? session = null;
        // Whether the Job is recorded is seen a moment later than the Job.
        await OperatorUnderTest.UntilAsync($"the pod of {playbook} has a session", async () =>
        {
            using var answer = await started.Client.PostAsJsonAsync("/worker/v1/session", new { token });
            if (!answer.IsSuccessStatusCode) return false;
            session = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("session").GetString();
            return true;
        });
        return session!;
    }

    private static string? OwnerOf(JsonObject job) => (string?)job["metadata"]!["ownerReferences"]?[0]?["name"];
}
