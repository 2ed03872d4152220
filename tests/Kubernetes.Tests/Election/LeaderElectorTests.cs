using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Election;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    private const string Collection = "/apis/coordination.k8s.io/v1/namespaces/a/leases";
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);
    private readonly StoredObject _lease = new();
    private ClientFixture _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { MaxAttempts = 1 });
        _lease.ServeAt(_world.Server, Collection, "lease");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task The_first_to_come_creates_the_lease_and_leads()
    {
        var leading = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var elector = Elector("one");
        var run = elector.RunAsync(token => LeadAsync(leading, token), stop.Token);
        await leading.Task.Soon();
        Assert.True(elector.IsLeader);
        Assert.Equal("one", Spec("holderIdentity"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", Spec("renewTime"));
        var renewed = Spec("renewTime");
        await Patience.UntilAsync(() => Spec("renewTime") != renewed);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Soon();
    }

    [Fact]
    public async Task Shutdown_stops_the_work_first_then_releases_the_lease_to_the_next()
    {
        var leading = new TaskCompletionSource();
        var mayStop = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var first = Elector("one");
        var run = first.RunAsync(
            async token =>
            {
                leading.SetResult();
                await mayStop.Task;
            },
            stop.Token);
        await leading.Task.Soon();
        var next = new TaskCompletionSource();
        var second = Elector("two").RunAsync(_ => Announce(next), default);
        await stop.CancelAsync();
        await Patience.UntilAsync(() => _world.Server.Received($"GET {Collection}/lease").Count > 3);
        Assert.Equal("one", Spec("holderIdentity"));
        mayStop.SetResult();
        await run.Soon();
        await next.Task.Soon();
        await second.Soon();
        Assert.False(first.IsLeader);
    }

    [Fact]
    public async Task A_standby_takes_over_once_the_lease_has_not_changed_for_its_duration()
    {
        await SeedAsync("dead", leaseSeconds: 1, renewed: "2999-01-01T00:00:00.000000Z");
        var leading = new TaskCompletionSource();
        var began = TimeProvider.System.GetTimestamp();
        await Elector("two").RunAsync(_ => Announce(leading), default).Soon();
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.95));
        Assert.True(leading.Task.IsCompleted);
        Assert.Equal("1", Spec("leaseTransitions"));
    }

    [Fact]
    public async Task A_lease_renewed_by_a_machine_with_a_slow_clock_is_respected()
    {
        await SeedAsync("alive", leaseSeconds: 1, renewed: "1999-01-01T00:00:00.000000Z");
        using var stop = new CancellationTokenSource();
        var elector = Elector("two");
        var run = elector.RunAsync(_ => Task.CompletedTask, stop.Token);
        for (var i = 0; i < 5; i++)
        {
            var looks = _world.Server.Received($"GET {Collection}/lease").Count;
            _lease.Change(lease => lease["spec"]!["renewTime"] = "1999-01-01T00:00:00.000001Z");
            await Patience.UntilAsync(() => _world.Server.Received($"GET {Collection}/lease").Count > looks + 10);
        }

        Assert.Equal("alive", Spec("holderIdentity"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_leader_that_finds_another_in_its_place_stops_and_says_so()
    {
        var leading = new TaskCompletionSource();
        var elector = Elector("one");
        var run = elector.RunAsync(token => LeadAsync(leading, token), default);
        await leading.Task.Soon();
        _lease.Change(lease => lease["spec"]!["holderIdentity"] = "two");
        var loss = await Assert.ThrowsAsync<LeadershipLostException>(() => run).Soon();
        Assert.Equal("The lease a/lease is held by two.", loss.Message);
        Assert.False(elector.IsLeader);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_in_time_stops_before_another_may_lead()
    {
        var leading = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        var run = Elector("one", TimeSpan.FromSeconds(1)).RunAsync(
            async token =>
            {
                await using var registration = token.Register(() => stopped.TrySetResult());
                await LeadAsync(leading, token);
            },
            default);
        await leading.Task.Soon();
        _lease.Outage = Answers.Status(503, "x", "down");
        var loss = await Assert.ThrowsAsync<LeadershipLostException>(() => run).Soon();
        Assert.Contains("could not be renewed within 1 s", loss.Message, StringComparison.Ordinal);
        Assert.True(stopped.Task.IsCompleted);
    }

    [Fact]
    public async Task A_short_outage_and_a_foreign_touch_are_survived()
    {
        var leading = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var elector = Elector("one");
        var run = elector.RunAsync(token => LeadAsync(leading, token), stop.Token);
        await leading.Task.Soon();
        _lease.Outage = Answers.Status(503, "x", "down");
        var calls = _world.Server.Requests.Count;
        await Patience.UntilAsync(() => _world.Server.Requests.Count > calls + 2);
        _lease.Outage = null;
        _lease.Change(lease => lease["metadata"]!["annotations"] = new JsonObject { ["touched"] = "yes" });
        var renewed = Spec("renewTime");
        await Patience.UntilAsync(() => Spec("renewTime") != renewed);
        Assert.True(elector.IsLeader);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Soon();
    }

    [Fact]
    public async Task What_the_work_throws_is_thrown_and_the_lease_released()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Elector("one").RunAsync(_ => throw new InvalidOperationException("broken"), default)).Soon();
        Assert.Equal("broken", failure.Message);
        Assert.Equal("", Spec("holderIdentity"));
    }

    [Fact]
    public void Times_that_contradict_each_other_are_refused()
    {
        var options = Options("x") with { RenewDeadline = TimeSpan.FromSeconds(20) };
        Assert.Throws<InvalidOperationException>(() => new LeaderElector(
            _world.Client, options, TimeProvider.System, _world.Metrics, new RecordingLogger<LeaderElector>()));
    }

    private static async Task LeadAsync(TaskCompletionSource leading, CancellationToken token)
    {
        leading.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
    }

    private static Task Announce(TaskCompletionSource leading)
    {
        leading.TrySetResult();
        return Task.CompletedTask;
    }

    private static LeaderElectorOptions Options(string identity) => new()
    {
        Lease = new NamespacedName("a", "lease"),
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(10),
        RenewDeadline = TimeSpan.FromSeconds(8),
        RetryPeriod = Retry,
    };

    private string Spec(string field) => _lease.Current?["spec"]?[field]?.ToString() ?? "none";

    private LeaderElector Elector(string identity, TimeSpan? deadline = null) =>
        new(_world.Client, Options(identity) with { RenewDeadline = deadline ?? TimeSpan.FromSeconds(8) }, TimeProvider.System, _world.Metrics, new RecordingLogger<LeaderElector>());

    private async Task SeedAsync(string holder, int leaseSeconds, string renewed)
    {
        var lease = new Lease
        {
            Metadata = new ObjectMeta { Name = "lease", Namespace = "a" },
            Spec = new LeaseSpec { HolderIdentity = holder, LeaseDurationSeconds = leaseSeconds },
        };
        await _world.Client.CreateAsync(Resources.Leases, lease, default);
        _lease.Change(item => item["spec"]!["renewTime"] = renewed);
    }
}
