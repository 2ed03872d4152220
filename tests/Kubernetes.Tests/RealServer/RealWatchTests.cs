using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Recording;
using PlaybookOperator.Kubernetes.Watching;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

public sealed class RealWatchTests(RealApiServer server) : IClassFixture<RealApiServer>
{
    [Fact]
    public async Task An_informer_pages_through_a_list_and_follows_what_comes_after()
    {
        server.Require();
        await WidgetDefinition.InstallAsync(server.Admin);
        for (var i = 0; i < 7; i++) await server.Admin.CreateAsync(Widget.Type, WidgetDefinition.Manifest($"w{i}", i + 1), default);
        var told = new ConcurrentQueue<string>();
        var client = server.Connect(RealApiServer.AdminToken, new ApiClientOptions { PageSize = 2 });
        var options = new InformerOptions<Widget>();
        var informer = new Informer<Widget>(client, Widget.Type, options, TimeProvider.System, server.Metrics, new RecordingLogger<Informer<Widget>>());
        informer.AddHandler(change => told.Enqueue($"{change.GetType().Name} {change.Key.Name}"));
        using var stop = new CancellationTokenSource();
        var run = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(default).Soon();
        Assert.Equal(7, informer.Count);
        var patch = new JsonObject { ["spec"] = new JsonObject { ["size"] = 10 } };
        await client.MergePatchAsync(Widget.Type, new NamespacedName("default", "w3"), patch, null, default);
        await client.DeleteAsync(Widget.Type, new NamespacedName("default", "w4"), new DeleteOptions(), default);
        await Patience.UntilAsync(() => told.Count == 9);
        Assert.Equal(["Updated w3", "Deleted w4"], told.Skip(7));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task An_informer_survives_a_restart_of_the_server()
    {
        server.Require();
        var options = new InformerOptions<ConfigMap> { Selection = new ListOptions { Namespace = "default" } };
        var log = new RecordingLogger<Informer<ConfigMap>>();
        var informer = new Informer<ConfigMap>(server.Admin, Resources.ConfigMaps, options, TimeProvider.System, server.Metrics, log);
        using var stop = new CancellationTokenSource();
        var run = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(default).Soon();
        await server.RestartAsync(() => Patience.UntilAsync(() => informer.Trouble is not null));
        var name = new NamespacedName("default", "after-restart");
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = name.Name, Namespace = name.Namespace } };
        await server.Admin.CreateAsync(Resources.ConfigMaps, map, default);
        await Patience.UntilAsync(() => informer.TryGet(name, out _));
        Assert.Null(informer.Trouble);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_version_from_long_ago_is_gone()
    {
        server.Require();
        await WidgetDefinition.InstallAsync(server.Admin);
        var options = new ListOptions { Namespace = "default" };
        await Assert.ThrowsAsync<ApiGoneException>(async () =>
        {
            // The server began to keep widgets long after its first version.
            await foreach (var _ in server.Admin.WatchAsync(Widget.Type, options, new WatchOptions { ResourceVersion = "1" }, default))
                Assert.Fail("Something was told.");
        }).Soon();
    }

    [Fact]
    public async Task The_server_ends_a_watch_after_its_lifetime()
    {
        server.Require();
        var watch = new WatchOptions { ResourceVersion = "", Lifetime = TimeSpan.FromSeconds(1) };
        var opened = false;
        var events = server.Admin.WatchAsync(Resources.Leases, new ListOptions { Namespace = "none" }, watch with { Opened = () => opened = true }, default);
        Assert.Equal(0, await events.CountAsync().AsTask().Soon());
        Assert.True(opened);
    }

    [Fact]
    public async Task A_pod_that_does_not_exist_has_no_log()
    {
        server.Require();
        var name = new NamespacedName("default", "x");
        Assert.Null(await server.Admin.GetAsync(Resources.Pods, name, default));
        Assert.Null(await server.Admin.GetLogsAsync(name, new LogOptions(), default));
    }

    [Fact]
    public async Task Two_electors_lead_one_after_the_other()
    {
        server.Require();
        var first = Elector("one");
        var second = Elector("two");
        using var stop = new CancellationTokenSource();
        var leading = new TaskCompletionSource();
        var run = first.RunAsync(
            async token =>
            {
                leading.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            stop.Token);
        await leading.Task.Soon();
        var next = second.RunAsync(_ => Task.CompletedTask, default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Soon();
        await next.Soon();
        var lease = await server.Admin.GetAsync(Resources.Leases, new NamespacedName("default", "election"), default);
        Assert.Equal(1, lease!.Spec!.LeaseTransitions);
        Assert.Equal("", lease.Spec.HolderIdentity ?? "");
    }

    [Fact]
    public async Task Events_and_their_series_are_accepted()
    {
        server.Require();
        var options = new EventRecorderOptions
        {
            ReportingController = "tests.dev/recorder",
            ReportingInstance = "pod-1",
            SeriesWriteInterval = TimeSpan.FromMilliseconds(50),
        };
        var recorder = new EventRecorder(server.Admin, options, TimeProvider.System, server.Metrics, new RecordingLogger<EventRecorder>());
        using var stop = new CancellationTokenSource();
        var run = recorder.RunAsync(stop.Token);
        var regarding = new ObjectReference { Kind = "ConfigMap", ApiVersion = "v1", Namespace = "default", Name = "told", Uid = "u" };
        for (var i = 0; i < 3; i++) recorder.Record(regarding, EventType.Warning, "Slow", "Wait", "It is slow.");
        Event? found = null;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (found?.Series?.Count != 3) found = await FindAsync(limit.Token);
        Assert.Equal("It is slow. Warning", $"{found.Note} {found.Type}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private async Task<Event?> FindAsync(CancellationToken cancellationToken)
    {
        await foreach (var page in server.Admin.ListAsync(Resources.Events, new ListOptions { Namespace = "default" }, cancellationToken))
        {
            if (page.Items.FirstOrDefault(item => item.Regarding?.Name == "told") is { } found) return found;
        }

        return null;
    }

    private LeaderElector Elector(string identity)
    {
        var options = new LeaderElectorOptions
        {
            Lease = new NamespacedName("default", "election"),
            Identity = identity,
            LeaseDuration = TimeSpan.FromSeconds(5),
            RenewDeadline = TimeSpan.FromSeconds(3),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        };
        return new LeaderElector(server.Admin, options, TimeProvider.System, server.Metrics, new RecordingLogger<LeaderElector>());
    }
}
