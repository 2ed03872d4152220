using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Operator.Api;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>Waits for what leading needs, then stands for election. A replica that loses the lease ends: whatever it still believed could be stale.</summary>
internal sealed class LeaderService(
    LeaderElector elector, LeaderWork work, Informers informers, DatabaseGate database, Readiness readiness, IHostApplicationLifetime lifetime,
    ILogger<LeaderService> logger) : BackgroundService
{
    /// <summary>Exit code after the loss of the lease; the pod is restarted.</summary>
    public const int LeaseLostExitCode = 3;

    /// <summary>Exit code of a leader that was not ready and gave its lease to a replica that is.</summary>
    public const int ResignedExitCode = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await informers.WaitForSyncAsync(stoppingToken);
        await database.WaitAsync(stoppingToken);
        try
        {
            await elector.RunAsync(LeadAsync, stoppingToken);
        }
        catch (LeadershipLostException)
        {
            logger.LeaseLost();
            End(LeaseLostExitCode);
        }
        catch (LeaderResignedException)
        {
            logger.Resigned();
            End(ResignedExitCode);
        }
        finally
        {
            readiness.IsLeader = false;
        }
    }

    private void End(int exitCode)
    {
        Environment.ExitCode = exitCode;
        lifetime.StopApplication();
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        readiness.IsLeader = true;
        logger.Leading(informers.Playbooks.Count, informers.Executions.Count, informers.Jobs.Count);
        await work.RunAsync(cancellationToken);
    }
}
