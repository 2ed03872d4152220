using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>
/// A server tells a secret in every encoding, in answers, failures and numbers, to steps that do not name it: it stands in nothing that a run prints,
/// keeps or serves.
/// </summary>
public sealed class SecretWaysOutTests : IAsyncLifetime
{
    private const string Secret = "it's <a> \"q\" é/ü\\n +&= % 20 \U0001F600;";
    private const string Pin = "48213377";
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Name, string Text, string Telling)[] s_said =
        [.. SecretEncodings.Escaped(Secret).Select(one => (one.Name, one.Text, one.Text)), .. SecretEncodings.Enclosed(Secret), ("a number", Pin, Pin)];

    private readonly PlaybookFolder _folder = new();
    private EchoServer _server = null!;

    [Theory]
    [InlineData("job")]
    [InlineData("pool")]
    public async Task No_encoding_of_a_secret_is_in_output_events_metrics_pages_or_answers(string workers)
    {
        _folder.Write("book.yaml", Book(workers));
        using var run = PlaybookCommand.Start(
            "run", _folder.Path("book.yaml"), "--secret", $"UNNAMED={Secret}", "--secret", $"PIN={Pin}", "--secret", "SHORT=123",
            "--events", _folder.Path("events"), "--output", "json", "--serve", "127.0.0.1:0");
        try
        {
            var printed = new StringBuilder();
            string? line;
            while ((line = await run.StandardError.ReadLineAsync(TestContext.Current.CancellationToken)) is not null && !line.StartsWith("serving ", StringComparison.Ordinal)) printed.Append(line).Append('\n');
            Assert.Contains("secret SHORT has fewer than 4 characters", printed.ToString(), StringComparison.Ordinal);
            var errors = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var summary = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            AssertClean("answer", await AskAllAsync(run, new Uri(line!["serving ".Length..])), mustSay: "playbook_iterations_total");
            await File.WriteAllTextAsync(_folder.Path("done"), "");
            AssertClean("summary", await summary, mustSay: "***");
            AssertClean("error output", await errors, mustSay: "");
            AssertClean("events", await File.ReadAllTextAsync(_folder.Path("events"), TestContext.Current.CancellationToken), mustSay: "***");
            var steps = JsonElement.Parse(await summary).GetProperty("steps");
            Assert.Equal(s_said.Length, steps.GetProperty("answers").GetProperty("result").GetProperty("results").GetArrayLength());
            Assert.Equal(1, steps.GetProperty("numbers").GetProperty("result").GetProperty("aggregates").GetProperty("n").GetProperty("count").GetInt64());
        }
        finally
        {
            if (!run.HasExited) run.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Paths say which encoding is to be told, and with which status.</summary>
    private string Book(string workers) => $$$"""
        apiVersion: playbooks.dev/v1alpha1
        kind: Playbook
        metadata: {name: book}
        spec:
          workflow:
          - step: answers
            loop: {in: "{{ range({{{s_said.Length}}}) }}", iterator: i, mode: async, maxParallel: 4, workers: {{{workers}}}, failurePolicy: collectAll}
            tool: {kind: http, url: "{{{Server}}}/200/{{ i }}"}
            vars: {first: "{{ result.results[0].data }}"}
            next: failures
          - step: failures
            loop: {in: "{{ answers.results }}", iterator: i, key: "{{ i.url }} {{ i.data }}", mode: async, maxParallel: 4, workers: {{{workers}}}, failurePolicy: collectAll}
            tool: {kind: http, url: "{{{Server}}}/500/{{ loop.index }}"}
            retry: {when: "true", max_attempts: 2, initial_delay: 0}
            next: sinks
          - step: sinks
            loop: {in: "{{ range({{{s_said.Length}}}) }}", iterator: i, mode: async, maxParallel: 4, workers: {{{workers}}}, failurePolicy: collectAll}
            tool: {kind: http, url: "{{{Server}}}/200/{{ i }}"}
            sink: {tool: http, url: "{{{Server}}}/500/{{ i }}"}
            next: prints
          - step: prints
            tool: {kind: shell, cmds: ["printf '%s\n' \"$A\""], env: {A: "{{ answers.results }}"}}
            next: numbers
          - step: numbers
            loop: {in: ["{{{s_said.Length - 1}}}", seven], iterator: i, workers: {{{workers}}}, aggregate: {n: "{{ result.data }}"}}
            tool: {kind: http, url: "{{{Server}}}/200/{{ i }}"}
            next: hold
          - step: hold
            tool: {kind: shell, cmds: ["touch '{{{_folder.Path("held")}}}'; until [ -e '{{{_folder.Path("done")}}}' ]; do sleep 0.05; done"]}
            next: fails
          - step: fails
            tool: {kind: http, url: "{{{Server}}}/500/3"}
            case: [{when: error, then: {fail: "it said {{ response }} {{ error.message }}"}}]
        """;

    private string Server => $"http://127.0.0.1:{_server.Port}";

    private async Task<string> AskAllAsync(System.Diagnostics.Process run, Uri server)
    {
        while (!File.Exists(_folder.Path("held")) && !run.HasExited) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = server };
        var list = JsonElement.Parse(await client.GetStringAsync("/api/executions", TestContext.Current.CancellationToken));
        var id = list.GetProperty("executions")[0].GetProperty("execution_id").GetString();
        var all = new StringBuilder(list.GetRawText());
        foreach (var path in (string[])["/", "/metrics", "/health", "/api/caches", "/api/caches/query_result", "/api/caches/playbook", "/api/caches/template", $"/api/executions/{id}?page_size=500&include=children,playbook", $"/api/executions/{id}/state", $"/api/executions/{id}/events?limit=500", $"/api/executions/{id}/iterations?limit=500"])
            all.Append('\n').Append(path).Append(await client.GetStringAsync(path, TestContext.Current.CancellationToken));
        return all.ToString();
    }

    private static void AssertClean(string where, string text, string mustSay)
    {
        Assert.Contains(mustSay, text, StringComparison.Ordinal);
        foreach (var (name, _, telling) in s_said)
        {
            foreach (var form in (string[])[telling, JsonSerializer.Serialize(telling)[1..^1], JsonSerializer.Serialize(telling, s_relaxed)[1..^1]])
            {
                var at = text.IndexOf(form, StringComparison.Ordinal);
                Assert.True(at < 0, at < 0 ? "" : $"{where} says it as {name}: {text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 100)]}");
            }
        }
    }

    public ValueTask InitializeAsync()
    {
        _server = new EchoServer(head =>
        {
            var path = head.Split(' ')[1].Split('/');
            var status = int.Parse(path[1], CultureInfo.InvariantCulture);
            if (!int.TryParse(path[2], NumberStyles.None, CultureInfo.InvariantCulture, out var said)) return EchoServer.Answer(status, "7", "Content-Type: application/json");
            var (name, text, _) = s_said[said];
            return name == "a number" ? EchoServer.Answer(status, text, "Content-Type: application/json") : EchoServer.Answer(status, text, "Content-Type: text/plain; charset=utf-8");
        });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server.DisposeAsync();
    }
}
