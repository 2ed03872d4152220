using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.SampleApi;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>A secret reaches the pods of the workers, and nothing else ever sees it.</summary>
[Collection(WholeOperator.Name)]
public sealed class SecretsTests : IAsyncLifetime
{
    private const string Token = "s3cr3t+/= ü&?\"x";
    private const string Key = "k3y-of-the-api";
    private const string Password = "pa55w0rd-of-nobody";
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_forms = [.. Forms(Token), .. Forms(Key), .. Forms(Password)];

    private readonly Dictionary<string, string> _secrets = new()
    {
        ["TOKEN"] = Token,
        ["KEY"] = Key,
        ["DB"] = $"postgresql://nobody:{Password}@127.0.0.1:1/none",
    };

    private readonly List<string> _printed = [];
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private OperatorUnderTest _operator = null!;
    private SampleServer _sample = null!;

    public async ValueTask InitializeAsync()
    {
        _sample = await SampleServer.StartAsync(TestContext.Current.CancellationToken);
        _operator = await OperatorUnderTest.StartAsync(("Logging:LogLevel:Default", "Trace"), ("Api:Auth", "none"));
    }

    public async ValueTask DisposeAsync()
    {
        await _operator.DisposeAsync();
        await _sample.DisposeAsync();
    }

    [Fact]
    public async Task F9_a_secret_is_in_no_row_resource_log_line_metric_or_answer_of_a_run()
    {
        _operator.Playbook("book", Book());
        _operator.Execution("run", "{playbook: book}");
        while (OperatorUnderTest.Phase(_operator.FindExecution("run")) is not ("Completed" or "Failed")) await RunPodsAsync();
        var answers = await AskAllAsync();

        Assert.True(OperatorUnderTest.Phase(_operator.FindExecution("run")) == "Completed", OperatorUnderTest.Message(_operator.FindExecution("run")));
        var calls = await GetAsync(new Uri(new Uri(_sample.Url), "/requests?run_key=secrets"));
        Assert.Contains($"t={Uri.EscapeDataString(Token)}", (string?)JsonNode.Parse(calls)!["requests"]![0]!["query"], StringComparison.Ordinal);
        AssertSecret("row", await _operator.RowsAsync(), mustSay: "it is ***");
        AssertSecret("resource", _operator.Cluster.History(), mustSay: "\"phase\":\"Completed\"");
        AssertSecret("operator's log", _operator.Log.Text, mustSay: "Executing endpoint");
        AssertSecret("worker's log", string.Join('\n', _printed), mustSay: "\"message\"");
        // One answer holds it by design: what a container printed goes, as it is, to the worker that masks it, which knows the secret.
        var unmasked = _operator.Traffic.Calls.Where(call => call.StartsWith("POST /worker/v1/output\n", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(2, unmasked.Count);
        AssertSecret("call of a worker or user", string.Join('\n', _operator.Traffic.Calls.Where(call => !unmasked.Contains(call))), mustSay: "/worker/v1/output/masked");
        AssertSecret("answer", answers, mustSay: "playbook_cache_requests_total");
        const string bearer = "Authorization: Bearer ";
        var sessions = _operator.Traffic.Calls.SelectMany(call => call.Split('\n')).Where(line => line.StartsWith(bearer, StringComparison.Ordinal)).Select(line => line[bearer.Length..]).ToHashSet();
        Assert.True(sessions.Count > 3, $"Only {sessions.Count} sessions were seen.");
        foreach (var text in (string[])[_operator.Log.Text, string.Join('\n', _printed), answers, await _operator.RowsAsync(), _operator.Cluster.History()])
            Assert.DoesNotContain(sessions, session => text.Contains(session, StringComparison.Ordinal));
    }

    /// <summary>A call that tells back all it was sent, to it and later to a step and a container that name no secret, one from the cache, failures whose texts would hold the secret, in Jobs and in a pool; a shell that prints it.</summary>
    private string Book() => $$$"""
        secrets: [{name: TOKEN, secretKeyRef: {name: t, key: t}}, {name: KEY, secretKeyRef: {name: k, key: k}}, {name: DB, secretKeyRef: {name: d, key: d}}]
        workflow:
        - step: call
          args: {token: "{{ secret.TOKEN }}"}
          tool: {kind: http, method: POST, url: "{{{_sample.Url}}}/bad/echo", params: {t: "{{ args.token }}", run_key: secrets}, headers: {X-Copy: "{{ secret.TOKEN | b64encode }}"}, body: {t: "{{ args.token }}"}}
          next: again
        - step: again
          tool: {kind: http, url: "{{{_sample.Url}}}/api/v1/assessments", params: {page: 1, t: "{{ secret.TOKEN }}"}, auth: KEY}
          cache: {ttl: 60s}
          next: jobs
        - step: jobs
          loop: {in: [1], failurePolicy: collectAll, workers: job}
          tool: {kind: http, url: "{{{_sample.Url}}}/errors?error_type=404&t={{ secret.TOKEN | urlencode }}"}
          next: pool
        - step: pool
          loop: {in: [1, 2], failurePolicy: collectAll, workers: pool, poolSize: 1}
          tool: {kind: http, url: "{{{_sample.Url}}}/errors?error_type=404&t={{ secret.TOKEN | urlencode }}"}
          next: rows
        - step: rows
          tool: {kind: postgres, auth: DB, query: "SELECT 1"}
          case: [{when: "event.name == 'call.error'", then: {next: shell}}]
        - step: shell
          tool: {kind: shell, cmds: ["printf '%s\\n' \"$T\" \"$D\"; exit 3"], env: {T: "{{ secret.TOKEN }}", D: "{{ secret.DB }}"}}
          case: [{when: "event.name == 'call.error'", then: {next: box}}]
        - step: box
          tool: {kind: container, image: box, env: {T: "{{ secret.TOKEN }}"}}
          case: [{when: "event.name == 'call.error'", then: {next: recall}}]
        - step: recall
          tool: {kind: http, url: "{{{_sample.Url}}}/requests?run_key=secrets"}
          next: plain
        - step: plain
          tool: {kind: container, image: box}
          case: [{when: "event.name == 'call.error'", then: {next: fails}}]
        - step: fails
          tool: {kind: transform, result: "{{ nothing_of.that + secret.TOKEN }}"}
          case: [{when: "event.name == 'call.error'", then: {next: end}}]
        """;

    /// <summary>Every Job gets its pod once.</summary>
    private async Task RunPodsAsync()
    {
        foreach (var job in _operator.Jobs().Where(job => job["status"] is null && _started.Add((string)job["metadata"]!["uid"]!)))
            _printed.Add(await WorkerPod.RunAsync(_operator, job, _secrets, (string?)job["metadata"]!["labels"]![WorkerLabels.Step] is "box" or "plain" ? EndBox : null));
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>A container that prints all it knows, writes it into its status too, and fails.</summary>
    private void EndBox(string pod)
    {
        _operator.Cluster.Print(pod, $"it is {Token}\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(Token))}\n{JsonSerializer.Serialize(new { t = Token })}\n");
        _operator.Cluster.SetStatus(pod, JsonNode.Parse("""
            {"phase": "Running", "startTime": "2026-01-01T00:00:00Z", "containerStatuses": [
              {"name": "mask", "state": {"running": {"startedAt": "2026-01-01T00:00:01Z"}}},
              {"name": "main", "state": {"terminated": {"exitCode": 3, "reason": "Error", "finishedAt": "2026-01-01T00:00:02Z"}}}]}
            """)!.AsObject());
    }

    private async Task<string> AskAllAsync()
    {
        var id = (string)_operator.FindExecution("run")!["status"]!["executionId"]!;
        var all = new StringBuilder();
        List<string> paths = ["/metrics", "/health", "/livez", "/readyz", "/api/caches", $"/api/executions/{id}?page_size=500&include=children,playbook", $"/api/executions/{id}/state", $"/api/executions/{id}/events?limit=500", $"/api/executions/{id}/events/stream", $"/api/executions/{id}/iterations?limit=500", "/api/executions"];
        var caches = JsonNode.Parse(await GetAsync(new Uri(_operator.Address, "/api/caches")))!;
        foreach (var name in new[] { "execution_state", "playbook", "template", "tool_instance", "query_result" })
            if (caches.ToJsonString().Contains($"\"{name}\"", StringComparison.Ordinal)) paths.Add($"/api/caches/{name}");
        Assert.Contains("/api/caches/query_result", paths);
        foreach (var path in paths) all.Append(path).Append('\n').Append(await GetAsync(new Uri(_operator.Address, path))).Append('\n');
        return all.ToString();
    }

    private static async Task<string> GetAsync(Uri address)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static void AssertSecret(string where, string text, string mustSay)
    {
        Assert.Contains(mustSay, text, StringComparison.Ordinal);
        foreach (var form in s_forms)
        {
            var at = text.IndexOf(form, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"A {where} says {text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 100)]}");
        }
    }

    private static string[] Forms(string secret) =>
    [
        secret,
        Uri.EscapeDataString(secret),
        WebUtility.UrlEncode(secret),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
        JsonSerializer.Serialize(secret)[1..^1],
        JsonSerializer.Serialize(secret, s_relaxed)[1..^1],
    ];
}
