using PlaybookOperator.Kubernetes.Election;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>A loop that lives as long as the host; when it fails the host stops, so that no part dies silently.</summary>
internal sealed class BackgroundLoop(Func<CancellationToken, Task> run) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => run(stoppingToken);
}

/// <summary>Watches the cluster, and says when a watch does not work, and each second how ready this replica is.</summary>
internal sealed class InformerService(
    Informers informers, LeaderWork work, Api.Readiness readiness, ReadinessClock clock, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        work.Wire();
        foreach (var (kind, _, _) in informers.States) readiness.Lacks($"watch of {kind}", "not synced yet");
        await Task.WhenAll(informers.RunAsync(stoppingToken), ReportAsync(stoppingToken));
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var (kind, synced, trouble) in informers.States)
            {
                if (trouble is not null) readiness.Lacks($"watch of {kind}", trouble);
                else if (synced) readiness.Has($"watch of {kind}");
            }

            clock.Observe(readiness.Missing.Count == 0);

            await Task.Delay(s_interval, time, cancellationToken);
        }
    }
}
