using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Queries;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>The query-result cache as workers speak to it.</summary>
public sealed class QueryApiTests : IAsyncLifetime
{
    private const string Get = "/worker/v1/query/get";
    private const string Put = "/worker/v1/query/put";
    private readonly Engine _engine = new();
    private readonly WorkerMetrics _metrics = new();
    private readonly DatabaseGate _gate = new();
    private readonly BoundedCache<string, byte[]> _cache;
    private LoopbackApp? _app;
    private ExecutionId _first;

    public QueryApiTests() => _cache = new(MemoryQueryCache.DefaultBounds, _engine.Time, MemoryQueryCache.SizeOf);

    private static string Key { get; } = new('a', 64);

    public async ValueTask InitializeAsync()
    {
        _gate.Open(new byte[32]);
        _first = await _engine.CreateAsync();
        _app = await LoopbackApp.StartAsync(
            services => services
                .AddSingleton<TimeProvider>(_engine.Time).AddSingleton<IEventReader>(_engine.Log).AddSingleton(_metrics).AddSingleton(_gate)
                .AddSingleton(new WorkerOptions()).AddSingleton(new WorkerAdmission(maxRequests: 8, maxBytes: 1 << 20)).AddSingleton<WorkerSessions>().AddSingleton(new MemoryQueryCache(_cache)),
            app => app.MapQueryApi());
    }

    [Fact]
    public async Task What_one_worker_has_read_another_of_the_namespace_is_given_while_it_is_young()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Get, Lookup(60))).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Put, Store("""{"data":[1.0,null]}"""))).Status);
        _engine.Time.Advance(TimeSpan.FromSeconds(30));
        var other = await _engine.CreateAsync();
        Assert.Equal((HttpStatusCode.OK, """{"result":{"data":[1.0,null]}}"""), await PostAsync(Get, Lookup(60), Session(other)));
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Get, Lookup(30), Session(other))).Status);
        Assert.Equal((1, 2), (_cache.Statistics.Hits, _cache.Statistics.Misses));
    }

    [Fact]
    public async Task Null_is_a_result()
    {
        await PostAsync(Put, Store("null"));
        Assert.Equal((HttpStatusCode.OK, """{"result":null}"""), await PostAsync(Get, Lookup(60)));
    }

    [Fact]
    public async Task Another_namespace_is_told_nothing_and_changes_nothing()
    {
        await PostAsync(Put, Store("1"));
        var stranger = await _engine.CreateAsync(@namespace: "other");
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Get, Lookup(60), Session(stranger))).Status);
        await PostAsync(Put, Store("2"), Session(stranger));
        Assert.Equal("""{"result":1}""", (await PostAsync(Get, Lookup(60))).Body);
        Assert.Equal([$"other/{Key}", $"team/{Key}"], _cache.Entries(0, 10).Select(entry => entry.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_session_nothing_is_told_or_taken()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Put, Store("1"), "v1.AAAA.AAAA")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Get, Lookup(60), "v1.AAAA.AAAA")).Status);
        Assert.Equal(0, _cache.Count);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(Get, Lookup(60), Session(new ExecutionId(1)))).Status);
    }

    [Theory]
    [InlineData(Get, """{"max_age_seconds": 60}""")]
    [InlineData(Get, """{"key": "../../etc", "max_age_seconds": 60}""")]
    [InlineData(Get, """{"key": "KEY", "max_age_seconds": 0}""")]
    [InlineData(Get, """{"key": "KEY", "max_age_seconds": 1e-9}""")]
    [InlineData(Get, """{"key": "KEY", "max_age_seconds": -1}""")]
    [InlineData(Put, """{"key": "KEY"}""")]
    [InlineData(Put, """{"key": "short", "result": 1}""")]
    [InlineData(Put, "not json")]
    public async Task What_is_no_question_and_no_result_is_refused(string path, string body) =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(path, body.Replace("KEY", Key, StringComparison.Ordinal))).Status);

    [Fact]
    public async Task An_entry_is_bounded()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(Put, Store($"\"{new string('x', 1 << 20)}\""))).Status);
        Assert.Equal(0, _cache.Count);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _metrics.Dispose();
        _engine.Dispose();
    }

    private static string Lookup(double maxAge) => $$"""{"key":"{{Key}}","max_age_seconds":{{maxAge}}}""";

    private static string Store(string result) => $$"""{"key":"{{Key}}","result":{{result}}}""";

    private string Session(ExecutionId execution) => new SessionSigner(new byte[32], _engine.Time).Sign(
        new WorkerSession(execution, new Delivery(new WorkKey(1, 0), 1), "pod-1", _engine.Time.GetUtcNow() + TimeSpan.FromHours(1)));

    private Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body) => PostAsync(path, body, Session(_first));

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", session);
        using var response = await _app!.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
