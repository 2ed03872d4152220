using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>Results that an assignment refers to, and who may read them.</summary>
public sealed class InputApiTests : IAsyncLifetime
{
    private const string Spec = """
        loading: {strategy: lazy}
        workflow:
        - {step: first, tool: {kind: http, url: 'http://example.invalid/'}, next: list}
        - {step: list, loop: {in: [1, 2], mode: async, workers: job}, tool: {kind: http, url: 'http://example.invalid/'}, next: second}
        - {step: second, tool: {kind: http, url: 'http://example.invalid/{{ first.a }}', body: '{{ list.stats }}'}}
        """;

    private readonly Engine _engine = new();
    private readonly WorkerMetrics _metrics = new();
    private readonly DatabaseGate _gate = new();
    private LoopbackApp? _app;
    private Delivery _second;

    public async ValueTask InitializeAsync()
    {
        await _engine.CreateAsync(Spec);
        for (var pass = 0; pass < 2; pass++)
        {
            var before = _engine.Workers.Started.Count();
            await _engine.PassAsync();
            foreach (var delivery in _engine.Workers.Started.Skip(before).ToList()) await _engine.ReportAsync(delivery, """{"a":1}""");
        }

        await _engine.PassAsync();
        _second = _engine.Workers.Started.Last();
        _gate.Open(new byte[32]);
        _app = await LoopbackApp.StartAsync(
            services => services
                .AddSingleton<TimeProvider>(_engine.Time)
                .AddSingleton<IEventLog>(_engine.Log).AddSingleton<IEventReader>(_engine.Log)
                .AddSingleton(_engine.Reconciler).AddSingleton(_metrics).AddSingleton(_gate)
                .AddSingleton(new WorkerOptions()).AddSingleton(new WorkerAdmission(maxRequests: 8, maxBytes: 1 << 20))
                .AddSingleton<WorkerSessions>().AddSingleton<ReportQueue>().AddSingleton<AssignmentReader>().AddSingleton<AssignmentSource>()
                .AddSingleton<PodIdentity>(_ => throw new InvalidOperationException("There is no cluster here.")),
            app => app.MapWorkerApi());
    }

    [Fact]
    public async Task What_an_assignment_refers_to_is_read_as_templates_see_it()
    {
        var assignment = JsonElement.Parse((await PostAsync("claim?references=true", "")).Body);
        Assert.False(assignment.GetProperty("variables").TryGetProperty("first", out _));
        var references = assignment.GetProperty("references");
        Assert.Equal(["first", "list"], references.EnumerateArray().Select(reference => reference.GetProperty("step").GetString()));
        Assert.False(references[1].GetProperty("with_results").GetBoolean());
        Assert.Equal((HttpStatusCode.OK, """{"value":{"a":1}}"""), await PostAsync("input", Ask(references[0], withResults: false)));
        var values = JsonElement.Parse((await PostAsync("input", Ask(references[1], withResults: true))).Body).GetProperty("value");
        Assert.Equal("""[{"a":1},{"a":1}]""", values.GetProperty("results").GetRawText());
        Assert.Equal(2, values.GetProperty("stats").GetProperty("total").GetInt32());
        var bare = JsonElement.Parse((await PostAsync("input", Ask(references[1], withResults: false))).Body).GetProperty("value");
        Assert.False(bare.TryGetProperty("results", out _));
    }

    [Fact]
    public async Task A_worker_that_cannot_ask_gets_the_results_with_its_assignment()
    {
        var assignment = JsonElement.Parse((await PostAsync("claim", "")).Body);
        Assert.Equal("""{"a":1}""", assignment.GetProperty("variables").GetProperty("first").GetRawText());
        Assert.False(assignment.TryGetProperty("references", out _));
    }

    [Fact]
    public async Task Without_a_session_nothing_is_read_and_with_one_only_what_its_own_execution_has()
    {
        var run = (await _engine.Reconciler.LookAsync(_engine.Id, CancellationToken.None))!.Value.State.Steps["first"].RunId;
        var body = $$"""{"run_id":{{run}},"with_results":true}""";
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("input", body, session: null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("input", body)).Status);
        var other = await _engine.CreateAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("input", body, Session(other))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("input", """{"run_id":999,"with_results":true}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("input", "null")).Status);
    }

    [Fact]
    public async Task A_run_that_has_not_ended_has_no_result()
    {
        var body = $$"""{"run_id":{{_second.Key.RunId}},"with_results":true}""";
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("input", body)).Status);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _metrics.Dispose();
        _engine.Dispose();
    }

    private static string Ask(JsonElement reference, bool withResults) =>
        $$"""{"run_id":{{reference.GetProperty("run_id").GetInt64()}},"with_results":{{(withResults ? "true" : "false")}}}""";

    private string Session(ExecutionId id) => new SessionSigner(new byte[32], _engine.Time).Sign(
        new WorkerSession(id, _second, "pod-1", _engine.Time.GetUtcNow() + TimeSpan.FromHours(1)));

    private Task<(HttpStatusCode Status, string Body)> PostAsync(string call, string body) => PostAsync(call, body, Session(_engine.Id));

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string call, string body, string? session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/worker/v1/{call}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (session is not null) request.Headers.Authorization = new("Bearer", session);
        using var response = await _app!.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
