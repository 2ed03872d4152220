using PlaybookOperator.Core.Executions;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class LivenessTests
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_after = TimeSpan.FromMinutes(15);
    private static readonly ExecutionState s_running = ExecutionState.Initial with { Phase = ExecutionPhase.Running, LastEventId = 7 };

    [Fact]
    public void It_is_stuck_once_nothing_has_happened_for_longer_than_the_span()
    {
        var seen = Liveness.Begin(s_start).Next(s_running, hasWorker: false, s_start).Next(s_running, hasWorker: false, At(10));
        Assert.False(seen.IsStuck(hasWorker: false, s_after, At(15)));
        Assert.True(seen.IsStuck(hasWorker: false, s_after, At(15.01)));
    }

    [Fact]
    public void An_event_a_lease_or_a_worker_keeps_it_alive()
    {
        var quiet = Liveness.Begin(s_start).Next(s_running, hasWorker: false, s_start);
        Assert.Equal(s_start, quiet.Next(s_running, hasWorker: false, At(10)).AliveAt);
        Assert.Equal(At(10), quiet.Next(s_running with { LastEventId = 8 }, hasWorker: false, At(10)).AliveAt);
        Assert.Equal(At(10), quiet.Next(s_running, hasWorker: true, At(10)).AliveAt);
        Assert.Equal(At(10), quiet.Next(WithLoop(loop => loop with { Leased = 3 }), hasWorker: false, At(10)).AliveAt);
        Assert.False(quiet.IsStuck(hasWorker: true, s_after, At(60)));
    }

    [Fact]
    public void What_is_due_later_is_waited_for_and_then_has_the_span_again()
    {
        var key = new WorkKey(3, 0);
        var retry = s_running with { Open = s_running.Open.Add(key, new OpenWork(key, 1, NextAt: At(120))) };
        var seen = Liveness.Begin(s_start).Next(retry, hasWorker: false, s_start);
        Assert.False(seen.IsStuck(hasWorker: false, s_after, At(119)));
        Assert.False(seen.IsStuck(hasWorker: false, s_after, At(135)));
        Assert.True(seen.IsStuck(hasWorker: false, s_after, At(136)));
    }

    [Fact]
    public void A_rate_limit_is_waited_for_while_the_loop_has_more_to_start()
    {
        var limited = WithLoop(loop => loop with { NextStartAt = At(120) });
        Assert.Equal(At(120), Liveness.Begin(s_start).Next(limited, hasWorker: false, s_start).AliveAt);
        var begun = WithLoop(loop => loop with { NextStartAt = At(120), Cursor = 10 });
        Assert.Equal(s_start, Liveness.Begin(s_start).Next(begun, hasWorker: false, s_start).AliveAt);
        var stopped = WithLoop(loop => loop with { NextStartAt = At(120), Stopped = true });
        Assert.Equal(s_start, Liveness.Begin(s_start).Next(stopped, hasWorker: false, s_start).AliveAt);
    }

    [Theory]
    [InlineData(ExecutionPhase.Running, true)]
    [InlineData(ExecutionPhase.Cancelling, true)]
    [InlineData(ExecutionPhase.Suspended, false)]
    [InlineData(ExecutionPhase.Pending, false)]
    [InlineData(ExecutionPhase.Completed, false)]
    public void Only_what_runs_can_be_stuck(ExecutionPhase phase, bool expected) =>
        Assert.Equal(expected, Liveness.Begin(s_start).Next(s_running with { Phase = phase }, hasWorker: false, s_start).IsStuck(hasWorker: false, s_after, At(60)));

    [Fact]
    public void One_that_nobody_could_look_at_is_stuck_too() => Assert.True(Liveness.Begin(s_start).IsStuck(hasWorker: false, s_after, At(16)));

    private static DateTimeOffset At(double minutes) => s_start.AddMinutes(minutes);

    private static ExecutionState WithLoop(Func<LoopState, LoopState> change) =>
        s_running with { Loops = s_running.Loops.Add(3, change(new LoopState { RunId = 3, Step = "a", Epoch = 0, Total = 10, Cursor = 5 })) };
}
