using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Kubernetes.Objects;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

public sealed class RealHandOverTests(RealApiServer server) : IClassFixture<RealApiServer>
{
    private readonly RecordingLogger<LeaderElector> _log = new();

    [Fact]
    public async Task A_leader_that_is_not_ready_hands_the_lease_to_the_replica_that_is()
    {
        server.Require();
        using var stop = new CancellationTokenSource();
        var (first, second, third) = (new Member("first"), new Member("second"), new Member("third"));
        var leading = RunAsync("hand-over", first, stop.Token);
        await first.Leads.Task.Soon();
        third.IsReady = false;
        var standing = new[] { RunAsync("hand-over", second, stop.Token), RunAsync("hand-over", third, stop.Token) };
        while (await CountEntriesAsync("hand-over") < 2) Assert.All(standing, task => Assert.False(task.IsCompleted));

        first.IsReady = false;
        var resigned = await Assert.ThrowsAsync<LeaderResignedException>(() => leading).Soon();
        Assert.Matches(@"^not ready for \d+ s, while second has been for \d+ s$", resigned.Message);
        Assert.True(first.HasStopped);
        await second.Leads.Task.Soon();
        Assert.False(third.Leads.Task.IsCompleted);
        var lease = await server.Admin.GetAsync(Resources.Leases, new NamespacedName("default", "hand-over"), default);
        Assert.Equal("second", lease!.Spec!.HolderIdentity);
        await stop.CancelAsync();
        foreach (var task in standing) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task).Soon();
    }

    [Fact]
    public async Task Nobody_resigns_when_nobody_else_is_ready()
    {
        server.Require();
        using var stop = new CancellationTokenSource();
        var (first, second) = (new Member("first"), new Member("second") { IsReady = false });
        var leading = RunAsync("alike", first, stop.Token);
        await first.Leads.Task.Soon();
        var standing = RunAsync("alike", second, stop.Token);
        first.IsReady = false;
        await Patience.UntilAsync(() => _log.Lines.Any(line => line.Contains("no other replica has been ready for 2 s", StringComparison.Ordinal)));
        Assert.False(leading.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leading).Soon();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => standing).Soon();
    }

    private async Task<int> CountEntriesAsync(string lease) =>
        (await server.Admin.GetAsync(Resources.Leases, new NamespacedName("default", $"{lease}-replicas"), default))?.Metadata.Annotations?.Count ?? 0;

    private async Task RunAsync(string lease, Member member, CancellationToken cancellationToken)
    {
        var options = new LeaderElectorOptions
        {
            Lease = new NamespacedName("default", lease),
            Identity = member.Name,
            RetryPeriod = TimeSpan.FromMilliseconds(200),
            Resignation = new ResignationRules { After = TimeSpan.FromSeconds(2), DetectionLag = TimeSpan.FromSeconds(1) },
        };
        var clock = new ReadinessClock(TimeProvider.System);
        clock.Observe(member.IsReady);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = member.WatchAsync(clock, stop.Token);
        try
        {
            var client = server.Connect(RealApiServer.AdminToken);
            await new LeaderElector(client, options, TimeProvider.System, server.Metrics, _log, clock).RunAsync(member.LeadAsync, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await watching;
        }
    }

    private sealed class Member(string name)
    {
        public string Name => name;

        public bool IsReady { get; set; } = true;

        public bool HasStopped { get; private set; }

        public TaskCompletionSource Leads { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WatchAsync(ReadinessClock clock, CancellationToken cancellationToken)
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (!cancellationToken.IsCancellationRequested)
            {
                clock.Observe(IsReady);
                await pace.WaitForNextTickAsync(cancellationToken).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        public async Task LeadAsync(CancellationToken cancellationToken)
        {
            Leads.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                HasStopped = true;
            }
        }
    }
}
