using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class WorkerApiTests : IAsyncLifetime
{
    private const string Reports = "/worker/v1/reports";
    private readonly Engine _engine = new();
    private readonly WorkerMetrics _metrics = new();
    private readonly DatabaseGate _gate = new();
    private readonly WorkerAdmission _admission = new(maxRequests: 2, maxBytes: 4096);
    private readonly Dictionary<string, long> _refused = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private LoopbackApp? _app;
    private Delivery _delivery;
    private long _warnings;

    public async ValueTask InitializeAsync()
    {
        await _engine.CreateAsync();
        await _engine.PassAsync();
        _delivery = _engine.Workers.Started.Single();
        _listener.SetMeasurementEventCallback<long>((counter, count, tags, _) =>
        {
            if (counter == _metrics.Warnings) Interlocked.Add(ref _warnings, count);
            else Count(tags[0].Value!.ToString()!, count);
        });
        _listener.EnableMeasurementEvents(_metrics.ReportsRefused);
        _listener.EnableMeasurementEvents(_metrics.Warnings);
        _app = await LoopbackApp.StartAsync(
            services => services
                .AddSingleton<TimeProvider>(_engine.Time)
                .AddSingleton<IEventLog>(_engine.Log).AddSingleton<IEventReader>(_engine.Log)
                .AddSingleton(_engine.Reconciler).AddSingleton(_metrics).AddSingleton(_gate)
                .AddSingleton(new WorkerOptions { MaxRequestBytes = 2048 }).AddSingleton(_admission)
                .AddSingleton<WorkerSessions>().AddSingleton<ReportQueue>().AddSingleton<AssignmentReader>().AddSingleton<AssignmentSource>()
                .AddSingleton<PodIdentity>(_ => throw new InvalidOperationException("There is no cluster here.")),
            app => app.MapWorkerApi());
    }

    [Fact]
    public async Task A_report_of_the_own_work_is_taken_once()
    {
        Open();
        Assert.Equal((HttpStatusCode.OK, """{"outcomes":["accepted"]}"""), await PostAsync(Report()));
        var (status, again) = await PostAsync(Report());
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain("accepted", again, StringComparison.Ordinal);
        Assert.Equal(1, Refused("late"));
    }

    [Fact]
    public async Task What_is_too_much_at_once_is_told_to_come_again_and_taken_later()
    {
        Open();
        using (_admission.TryEnter(10))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("[]")).Status);
            using var last = _admission.TryEnter(10);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(Report())).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Report())).Status);
        Assert.Equal(1, Refused("overloaded"));
    }

    [Fact]
    public async Task Counts_of_a_workers_caches_are_added_once()
    {
        Open();
        var report = Report()[..^2] + ""","caches":[{"cache":"template","hits":3,"misses":2,"loads":2},{"cache":"own","hits":1}]}]""";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(report)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(report)).Status);
        var counted = _metrics.Caches.Of("template");
        Assert.Equal((3, 2, 2), (counted.Hits, counted.Misses, counted.Loads));
    }

    [Fact]
    public async Task Warnings_of_workers_are_counted_once()
    {
        Open();
        var report = Report()[..^2] + ""","warnings":3}]""";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(report)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(report)).Status);
        Assert.Equal(3, _warnings);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v1.AAAA.AAAA")]
    public async Task Without_a_session_of_ours_nothing_is_taken(string? session)
    {
        Open();
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Report(), session)).Status);
        Assert.Equal(1, Refused("unauthorized"));
        Assert.DoesNotContain(await _engine.EventsAsync(), happened => happened.Type == EventType.CallDone);
    }

    [Fact]
    public async Task A_session_that_has_expired_is_no_session()
    {
        Open();
        var session = Session();
        _engine.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Report(), session)).Status);
    }

    [Fact]
    public async Task Work_of_another_session_is_refused_also_beside_ones_own()
    {
        Open();
        var other = """{"run_id":999,"index":0,"fence":1,"outcome":"Completed"}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync($"[{Report()[1..^1]},{other}]")).Status);
        Assert.Equal(1, Refused("forbidden"));
        Assert.DoesNotContain(await _engine.EventsAsync(), happened => happened.Type == EventType.CallDone);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("""[{"run_id":1}]""")]
    [InlineData("""[{"run_id":1,"index":-2,"fence":1,"outcome":"Completed"}]""")]
    [InlineData("""[{"run_id":1,"index":0,"fence":0,"outcome":"Completed"}]""")]
    [InlineData("""[{"run_id":1,"index":0,"fence":1,"outcome":"Waiting"}]""")]
    [InlineData("""[{"run_id":1,"index":0,"fence":1,"outcome":"Victorious"}]""")]
    [InlineData("""[{"run_id":1,"index":0,"fence":1,"outcome":"Completed","notes":[null]}]""")]
    [InlineData("""[{"run_id":1,"index":0,"fence":1,"outcome":"Completed","notes":[{"type":"PlaybookCompleted","attempt":1,"at":"2030-01-01T00:00:00Z"}]}]""")]
    public async Task What_is_no_report_is_refused_and_counted(string body)
    {
        Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(body)).Status);
        Assert.Equal(1, Refused("malformed"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_and_counted(bool chunked)
    {
        Open();
        using var request = Request(Report("\"" + new string('x', 4096) + "\""), Session());
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _app!.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(1, Refused("too_large"));
    }

    [Fact]
    public async Task Without_the_database_workers_are_asked_to_come_again()
    {
        using var request = Request(Report(), "v1.AAAA.AAAA");
        using var response = await _app!.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task The_assignment_is_given_to_the_first_pod_only()
    {
        Open();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("", Session("pod-1"), "/worker/v1/claim")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("", Session("pod-1"), "/worker/v1/claim")).Status);
        Assert.Equal(HttpStatusCode.Locked, (await PostAsync("", Session("pod-2"), "/worker/v1/claim")).Status);
    }

    [Fact]
    public async Task Progress_is_kept_for_the_standing_delivery_only()
    {
        Open();
        const string Path = "/worker/v1/progress";
        Assert.Equal((HttpStatusCode.OK, """{"stands":true}"""), await PostAsync(Progress(), Session(), Path));
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(Progress(run: 999), Session(), Path)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(Progress(sunk: -1), Session(), Path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Progress(), null, Path)).Status);
        var (_, assignment) = await PostAsync("", Session(), "/worker/v1/claim");
        Assert.Contains("\"progress\":{\"sunk\":2,\"pending\":\"77\"}", assignment, StringComparison.Ordinal);
        await PostAsync(Report());
        Assert.Equal((HttpStatusCode.OK, """{"stands":false}"""), await PostAsync(Progress(), Session(), Path));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _listener.Dispose();
        _metrics.Dispose();
        _engine.Dispose();
    }

    private void Open() => _gate.Open(new byte[32]);

    private string Session(string pod = "pod-1") => new SessionSigner(new byte[32], _engine.Time).Sign(
        new WorkerSession(_engine.Id, _delivery, pod, _engine.Time.GetUtcNow() + TimeSpan.FromHours(1)));

    private string Report(string result = "1") =>
        $$"""[{"run_id":{{_delivery.Key.RunId}},"index":{{_delivery.Key.Index}},"fence":{{_delivery.Fence}},"outcome":"Completed","result":{{result}} }]""";

    private string Progress(long? run = null, int sunk = 2) =>
        $$"""{"run_id":{{run ?? _delivery.Key.RunId}},"index":{{_delivery.Key.Index}},"fence":{{_delivery.Fence}},"progress":{"sunk":{{sunk}},"pending":"77"} }""";

    private Task<(HttpStatusCode Status, string Body)> PostAsync(string body) => PostAsync(body, Session());

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string body, string? session, string path = Reports)
    {
        using var request = Request(body, session, path);
        using var response = await _app!.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Request(string body, string? session, string path = Reports)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (session is not null) request.Headers.Authorization = new("Bearer", session);
        return request;
    }

    private void Count(string reason, long count)
    {
        lock (_refused) _refused[reason] = _refused.GetValueOrDefault(reason) + count;
    }

    private long Refused(string reason)
    {
        lock (_refused) return _refused.GetValueOrDefault(reason);
    }
}
