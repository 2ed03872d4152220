using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.EventLog.Tests.Support;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class ChangeNotifierTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_after_a_quiet_time_is_announced_at_once_and_what_follows_together()
    {
        await using var log = await PostgresLog.CreateAsync();
        var clock = new ManualTimeProvider();
        var delay = log.Pools.Options.NotifyDelay;
        var notifier = new ChangeNotifier(log.Pools, clock, log.Metrics, NullLogger<ChangeNotifier>.Instance);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var listener = new NpgsqlConnection(log.ConnectionString);
        await listener.OpenAsync(Stop);
        var heard = new List<string>();
        listener.Notification += (_, notice) => heard.Add(notice.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN playbook_changed", listener)) await listen.ExecuteNonQueryAsync(Stop);
        var running = notifier.RunAsync(end.Token);

        notifier.Changed(new ExecutionId(1));
        await listener.WaitAsync(Stop);
        notifier.Changed(new ExecutionId(2));
        notifier.Changed(new ExecutionId(3));
        while (clock.PendingTimers == 0) await Task.Yield();
        clock.Advance(delay);
        await listener.WaitAsync(Stop);

        Assert.Equal(["1", "2,3"], heard);
        await end.CancelAsync();
        await running;
    }
}
