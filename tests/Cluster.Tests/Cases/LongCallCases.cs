namespace PlaybookOperator.Cluster.Tests.Cases;

/// <summary>A call that takes longer than any lease or heartbeat.</summary>
public sealed class LongCallCases
{
    [Fact]
    public async Task E16_a_call_of_150_seconds_is_executed_once()
    {
        await using var run = await ClusterRun.StartAsync("e16", ClusterRun.SlowLoop(iterations: 1, delayMs: 150_000, "mode: sequential", "timeout: 200s"));

        Assert.Equal("Completed", (await run.FinishedAsync()).GetProperty("phase").GetString());
        Assert.Equal((1, 1), (await run.RequestsAsync(), await run.EventsAsync("iteration.completed")));
    }
}
