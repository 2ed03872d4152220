using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Recording;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Metrics;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Recording;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private const string Collection = "POST /apis/events.k8s.io/v1/namespaces/a/events";
    private static readonly ObjectReference Widget1 = new() { Kind = "Widget", Namespace = "a", Name = "one", Uid = "u1" };
    private static readonly EventRecorderOptions Quick = new()
    {
        ReportingController = "tests.dev/recorder",
        ReportingInstance = "pod-1",
        SeriesWriteInterval = TimeSpan.FromMilliseconds(20),
        BurstPerObject = 3,
    };

    private readonly CancellationTokenSource _stop = new();
    private ClientFixture _world = null!;
    private EventRecorder _recorder = null!;
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { MaxAttempts = 1 });
        _world.Server.Always(Collection, async context =>
        {
            context.Request.Body.Position = 0;
            using var reader = new StreamReader(context.Request.Body);
            await Answers.Json(await reader.ReadToEndAsync(), 201)(context);
        });
        _recorder = new EventRecorder(_world.Client, Quick, TimeProvider.System, _world.Metrics, new RecordingLogger<EventRecorder>());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
        await _world.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task An_event_tells_what_happened_to_which_object()
    {
        Record("Started", "It began.");
        await RunUntilAsync(() => Posts.Count == 1);
        var sent = Posts[0].Json;
        Assert.Equal("Started Start It began. Normal", $"{sent["reason"]} {sent["action"]} {sent["note"]} {sent["type"]}");
        Assert.Equal("u1", (string?)sent["regarding"]!["uid"]);
        Assert.Matches(@"\.\d{6}Z$", (string?)sent["eventTime"]);
        Assert.StartsWith("one.", (string?)sent["metadata"]!["name"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeats_become_a_series_of_the_first_event()
    {
        Record("Slow", "x");
        await RunUntilAsync(() => Posts.Count == 1);
        var name = (string?)Posts[0].Json["metadata"]!["name"];
        for (var i = 0; i < 9; i++) Record("Slow", "x");
        var call = $"PATCH /apis/events.k8s.io/v1/namespaces/a/events/{name}";
        await Patience.UntilAsync(() => _world.Server.Received(call).Any(patch => (int?)patch.Json["series"]!["count"] == 10));
        Assert.Single(Posts);
    }

    [Fact]
    public async Task An_object_that_says_too_much_is_silenced_and_others_are_not()
    {
        for (var i = 0; i < 10; i++) Record("Many", $"note {i}");
        _recorder.Record(Widget1 with { Name = "two", Uid = "u2" }, EventType.Warning, "Other", "Do", "x");
        await RunUntilAsync(() => Posts.Any(post => (string?)post.Json["reason"] == "Other"));
        Assert.Equal(4, Posts.Count);
    }

    [Fact]
    public void A_full_buffer_drops_without_waiting()
    {
        using var reader = new MetricReader(() => _world.Metrics);
        for (var i = 0; i < Quick.BufferSize + 42; i++) Record("Flood", $"note {i}");
        Assert.Equal(42, reader.Read("playbook_kubernetes_events_dropped_total{reason=buffer}"));
    }

    [Fact]
    public async Task A_refusal_is_survived()
    {
        _world.Server.Next(Collection, Answers.Status(403, "Forbidden", "cannot create"));
        Record("First", "x");
        Record("Second", "x");
        await RunUntilAsync(() => Posts.Count == 2);
        Assert.Equal("Second", (string?)Posts[1].Json["reason"]);
    }

    [Fact]
    public async Task What_waits_at_the_end_is_still_written()
    {
        await _stop.CancelAsync();
        Record("Last", "x");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _recorder.RunAsync(_stop.Token)).Soon();
        Assert.Equal("Last", (string?)Assert.Single(Posts).Json["reason"]);
    }

    [Fact]
    public async Task A_long_note_is_cut_to_what_the_server_takes()
    {
        Record("Long", new string('x', 5000));
        await RunUntilAsync(() => Posts.Count == 1);
        Assert.Equal(1024, ((string?)Posts[0].Json["note"])!.Length);
    }

    private IReadOnlyList<ReceivedRequest> Posts => _world.Server.Received(Collection);

    private void Record(string reason, string note) => _recorder.Record(Widget1, EventType.Normal, reason, "Start", note);

    private async Task RunUntilAsync(Func<bool> condition)
    {
        _run = _recorder.RunAsync(_stop.Token);
        await Patience.UntilAsync(condition);
    }
}
