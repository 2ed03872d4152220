using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class DeliveryDecisionTests
{
    private const string Call = """{"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}}]}""";
    private const string Loop = """{"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": [1]}}]}""";

    [Theory]
    [InlineData(Call, WorkKey.Call)]
    [InlineData(Loop, 0)]
    public void Lost_work_is_delivered_under_the_next_fence_and_fails_as_WorkerLost_after_three(string spec, long index)
    {
        var run = new Scenario(spec);
        for (var fence = 1; fence <= 3; fence++)
        {
            Assert.Equal(fence, Assert.Single(run.Settle().Start).Fence);
            run.Jobs[run.DeliveryOf("only", index)] = JobPhase.Failed;
        }

        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Equal(WorkErrorKind.WorkerLost, ErrorKind(run));
    }

    [Theory]
    [InlineData(Call, WorkKey.Call)]
    [InlineData(Loop, 0)]
    public void A_Job_that_succeeded_without_a_result_has_failed_as_NoResult(string spec, long index)
    {
        var run = new Scenario(spec);
        run.Settle();
        run.Jobs[run.DeliveryOf("only", index)] = JobPhase.Succeeded;
        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Equal(WorkErrorKind.NoResult, ErrorKind(run));
    }

    [Fact]
    public void A_deleted_Job_that_nobody_claimed_is_created_again_under_its_name()
    {
        var run = new Scenario(Call);
        run.Settle();
        run.Jobs.Clear();
        Assert.Equal(1, Assert.Single(run.Settle().Start).Fence);
    }

    [Fact]
    public void A_deleted_Job_that_was_claimed_is_lost()
    {
        var run = new Scenario(Call);
        run.Settle();
        Assert.True(run.Log.Claim(run.DeliveryOf("only"), worker: 1));
        run.Jobs.Clear();
        Assert.Equal(2, Assert.Single(run.Settle().Start).Fence);
    }

    [Fact]
    public void The_report_of_a_replaced_delivery_does_not_count()
    {
        var run = new Scenario(Call);
        run.Settle();
        var old = run.DeliveryOf("only");
        run.Jobs[old] = JobPhase.Failed;
        run.Settle();
        var report = new WorkReport { RunId = old.Key.RunId, Index = old.Key.Index, Fence = old.Fence, Outcome = WorkOutcome.Completed };
        Assert.Equal(IngestOutcome.Stale, run.Log.Take(report, run.Now));
        Assert.Equal(IngestOutcome.Accepted, run.Log.Take(report with { Fence = 2 }, run.Now));
        Assert.Equal(IngestOutcome.Duplicate, run.Log.Take(report with { Fence = 2 }, run.Now));
        run.Settle();
        Assert.Equal(IngestOutcome.Closed, run.Log.Take(report with { Fence = 2 }, run.Now));
    }

    [Fact]
    public void A_result_that_is_in_the_log_counts_although_its_Job_failed_afterwards()
    {
        var run = new Scenario(Call);
        run.Complete("only");
        Assert.Equal(ExecutionPhase.Completed, run.State.Phase);
    }

    private static string? ErrorKind(Scenario run) =>
        ((JsonElement?)run.Log.Events.First(happened => happened.Error is not null).Context!.Value.GetProperty("error")).Member("kind")?.GetString();
}
