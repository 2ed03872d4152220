using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>The API of users. An input is a method and a path in its first line, and a body.</summary>
internal sealed class ApiTarget : IFuzzTarget
{
    private static readonly string[] s_words = ["playbook", "namespace", "workload", "path", "args", "signature", "maxParallel", "maxFailed"];

    private static readonly string[] s_paths =
    [
        "/api/executions/ID", "/api/executions/ID/events", "/api/executions/ID/iterations", "/api/executions/ID/state", "/api/executions", "/api/caches", "/api/caches/template",
    ];

    private static readonly string[] s_queries =
        ["page", "page_size", "since_event_id", "event_type", "include", "depth", "limit", "cursor", "status", "playbook", "namespace", "after", "type", "step", "key", "signature"];

    private static readonly string[] s_posts =
        ["/api/executions", "/api/run/playbook", "/api/executions/ID/cancel", "/api/executions/ID/redrive", "/api/caches/template/clear", "/api/executions/ID/suspend"];

    private FuzzedOperator? _started;
    private string _id = "";

    public string Generate(Random random, Corpus corpus)
    {
        if (random.Next(3) == 0)
        {
            var query = Enumerable.Range(0, random.Next(4)).Select(_ => $"{s_queries[random.Next(s_queries.Length)]}={Uri.EscapeDataString(Query(random))}");
            return $"GET {s_paths[random.Next(s_paths.Length)]}?{string.Join('&', query)}\n";
        }

        var body = JsonNode.Parse("""{"playbook": "echo", "namespace": "team", "workload": {"a": 1, "b": [1, 2], "c": {"d": "e"}}}""")!;
        JsonMutator.Mutate(body, random, s_words);
        var text = random.Next(4) == 0 ? TextMutator.Mutate(JsonMutator.Write(body), random) : JsonMutator.Write(body);
        return $"POST {s_posts[random.Next(s_posts.Length)]}\n{text}";
    }

    public async Task<string?> TryAsync(string input)
    {
        _started ??= await StartAsync();
        var line = input.Split('\n')[0];
        if (line.Split(' ') is not [var method and ("GET" or "POST"), var path] || !path.StartsWith("/api/", StringComparison.Ordinal)) return null;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path.Replace("ID", _id, StringComparison.Ordinal), UriKind.Relative));
        if (method == "POST")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input[Math.Min(input.Length, line.Length + 1)..]));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

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
        started.Operator.Execution("one", "playbook: echo");
        _id = (string)(await started.Operator.FinishedAsync("one"))["status"]!["executionId"]!;
        return started;
    }

    private static string Query(Random random) => random.Next(6) switch
    {
        0 => "-1",
        1 => "99999999999999999999",
        2 => Edges.Text(random).Replace('\ud83d', 'x'),
        3 => "COMPLETED",
        4 => "iteration.completed",
        _ => random.Next(600).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
