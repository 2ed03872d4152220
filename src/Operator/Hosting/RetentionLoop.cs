using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>The leader's housekeeping in the log: rows of executions whose retention is over, then the partitions that have become empty.</summary>
internal sealed class RetentionLoop(ExpiredExecutions expired, DatabaseSchema schema, ReconcileOptions options, TimeProvider time, ILogger<RetentionLoop> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await CleanAsync(cancellationToken);
            }
            catch (EventLogUnavailableException unavailable)
            {
                logger.RetentionPostponed(unavailable.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(options.RetentionSeconds), time, cancellationToken);
        }
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (await expired.DeleteSomeAsync(cancellationToken) is > 0 and var deleted) total += deleted;
        var dropped = await schema.DropEmptyPartitionsAsync(cancellationToken);
        if (total > 0 || dropped > 0) logger.Expired(total, dropped);
    }
}
