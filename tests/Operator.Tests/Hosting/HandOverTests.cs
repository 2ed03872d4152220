using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

/// <summary>A whole operator that leads and then lacks something that another replica has.</summary>
[Collection(WholeOperator.Name)]
public sealed class HandOverTests
{
    [Fact]
    public async Task A_leader_that_lacks_something_of_its_own_gives_the_lease_away_and_ends_with_its_exit_code()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var started = await OperatorUnderTest.StartAsync(("LeaderElection:ResignAfterSeconds", "1"));
        var readiness = started.Services.GetRequiredService<Readiness>();
        await OperatorUnderTest.UntilAsync("it leads", () => readiness.IsLeader);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new ReadinessClock(TimeProvider.System);
        clock.Observe(isReady: true);
        using var metrics = new KubernetesMetrics();
        var other = started.Services.GetRequiredService<LeaderElectorOptions>() with { Identity = "other" };
        var elector = new LeaderElector(
            started.Services.GetRequiredService<ApiClient>(), other, TimeProvider.System, metrics, started.Services.GetRequiredService<ILogger<LeaderElector>>(), clock);
        var standing = elector.RunAsync(_ => { leads.TrySetResult(); return Task.CompletedTask; }, stop.Token);

        readiness.Lacks("watch of widgets", "not JSON of the expected form");
        await OperatorUnderTest.UntilAsync("the other leads", () =>
        {
            clock.Observe(isReady: true);
            return leads.Task.IsCompleted;
        });
        await standing;
        await OperatorUnderTest.UntilAsync("it ends", () => started.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        Assert.Equal(LeaderService.ResignedExitCode, Environment.ExitCode);
        Environment.ExitCode = 0;
        Assert.False(readiness.IsLeader);
    }
}
