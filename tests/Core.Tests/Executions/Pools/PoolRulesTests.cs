using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions.Pools;

public sealed class PoolRulesTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private PoolSettings _settings;
    private LoopState _loop;
    private PoolLedger _ledger = PoolLedger.Empty;
    private DateTimeOffset _now = s_start;

    public PoolRulesTests()
    {
        _loop = new LoopState { RunId = 3, Step = "fetch", Epoch = 0, Total = 100, StartedAt = s_start, Pool = new PoolState(1) };
        _settings = new PoolSettings { Loop = _loop, IsOpen = true, MaxParallel = 4, PoolSize = 2, Failures = new FailurePolicy.FailFast() };
    }

    [Fact]
    public void A_worker_gets_its_part_of_the_window_and_a_fair_part_of_what_is_left()
    {
        var answer = Say("a", wants: 1000);

        Assert.Equal((2, false, false), (answer.Slots, answer.Stop, answer.Leave));
        Assert.Equal([new PoolGrant(1, 0, 25)], answer.Grants);
        Assert.Equal(25, _ledger.Leased);
        Assert.Equal([new PoolGrant(2, 25, 44)], Say("b", wants: 1000).Grants);
    }

    [Fact]
    public void A_worker_beyond_the_size_of_the_pool_is_sent_away()
    {
        Say("a");
        Say("b");

        Assert.Equal((0, true, true), Told(Say("c", wants: 5)));
    }

    [Fact]
    public void The_successor_of_a_worker_that_is_gone_waits_for_its_place()
    {
        Say("a", wants: 20);
        Say("b", wants: 1);
        Pass(seconds: 4.9);
        Say("b");
        Pass(seconds: 1);

        Assert.Equal((0, false, false), Told(Say("c", wants: 5)));
        Pass(seconds: 4.9);
        Assert.Equal((2, false, false), Told(Say("c", wants: 5)));
    }

    [Fact]
    public void What_a_worker_had_that_is_known_to_be_gone_is_handed_out_again_at_once_and_its_place_is_free()
    {
        Say("a", wants: 20);
        Say("b", wants: 1);
        _settings = _settings with { Gone = new HashSet<string> { "a" } };

        var answer = Say("c", wants: 5);
        Assert.Equal((2, false, false), Told(answer));
        Assert.Equal([new PoolGrant(3, 0, 5)], answer.Grants);
        Assert.Equal([IngestOutcome.Stale], Say("a", Done(1, 3)).Outcomes);
    }

    [Fact]
    public void An_iteration_that_was_in_hand_beside_others_is_not_blamed_for_the_loss_and_what_is_suspect_is_handed_out_alone()
    {
        _ledger = _ledger with { Cursor = 100, Returned = [new PoolSlice(0, 2), new PoolSlice(20, 21, MaxIterations: 1, Losses: 1)] };
        Assert.Equal([new PoolGrant(1, 0, 2)], Say("a", wants: 2).Grants);
        Assert.Empty(Say("a", wants: 50).Grants);
        Assert.Equal([new PoolGrant(2, 20, 21)], Say("b", wants: 50).Grants);
        _settings = _settings with { Gone = new HashSet<string> { "b" } };
        Assert.Empty(Say("a", Done(1, 0)).Grants);
        Assert.Equal(2, Assert.Single(_ledger.Returned).Losses);

        // One that was got beside another says nothing of either.
        _ledger = _ledger with { Leases = [new PoolLease(7, "a", [new IndexRange(1, 2)]), new PoolLease(8, "a", [new IndexRange(20, 21)], Losses: 2)], Returned = [] };
        _settings = _settings with { Gone = new HashSet<string> { "a" } };
        Say("c");
        Assert.Equal([0, 2], _ledger.Returned.Select(slice => slice.Losses));
        Assert.Equal(0, _loop.Failed);
    }

    [Fact]
    public void A_sequential_loop_has_one_lease_at_a_time()
    {
        _settings = _settings with { IsSequential = true };
        _ledger = _ledger with { Cursor = 100, Returned = [new PoolSlice(0, 2, MaxIterations: 2), new PoolSlice(2, 3, MaxIterations: 2)] };
        Assert.Equal([new PoolGrant(1, 0, 2)], Say("a", wants: 50).Grants);
        Say("a", Done(1, 0));
        Assert.Equal([new PoolGrant(2, 2, 3)], Say("a", [Done(1, 1)], wants: 50).Grants);
    }

    [Fact]
    public void The_successor_of_a_worker_that_died_a_moment_ago_waits_too()
    {
        Say("a", wants: 20);
        Say("b", wants: 1);
        Pass(seconds: 2);
        Say("b");

        Assert.Equal((0, false, false), Told(Say("c", wants: 5)));
        Pass(seconds: 1);
        Say("a");
        Say("b");
        Assert.Equal((0, true, true), Told(Say("c", wants: 5)));
    }

    [Theory]
    [InlineData(1, 2, "1 0")]
    [InlineData(5, 2, "3 2")]
    [InlineData(3, 8, "1 1 1")]
    public void The_parts_of_all_workers_add_up_to_the_window(int maxParallel, int poolSize, string slots)
    {
        _settings = _settings with { MaxParallel = maxParallel, PoolSize = poolSize };
        string[] names = [.. slots.Split(' ').Select((_, i) => $"worker-{i}")];
        foreach (var name in names) Say(name);

        Assert.Equal(slots, string.Join(' ', names.Select(name => Say(name).Slots)));
    }

    [Fact]
    public void The_first_report_counts_and_the_second_is_a_duplicate()
    {
        Say("a", wants: 2);

        Assert.Equal([IngestOutcome.Accepted, IngestOutcome.Duplicate], Say("a", Done(1, 0), Done(1, 0)).Outcomes);
        Assert.Equal([IngestOutcome.Duplicate], Say("a", Done(1, 0)).Outcomes);
        Assert.Equal((1, 1), (_loop.Succeeded, _ledger.Leased));
    }

    [Fact]
    public void A_report_counts_only_under_the_lease_and_from_the_worker_that_has_it()
    {
        Say("a", wants: 2);
        Say("b", wants: 2);

        Assert.Equal([IngestOutcome.Stale, IngestOutcome.Unknown, IngestOutcome.Unknown], Say("b", Done(1, 0), Done(2, 99), Done(2, 100)).Outcomes);
        Assert.Equal(0, _loop.Done);
    }

    [Fact]
    public void A_silent_workers_lease_goes_to_others_in_halves()
    {
        Say("a", wants: 20);
        Say("b", wants: 1);
        Pass(seconds: 4);
        Say("b");
        Pass(seconds: 4);
        Say("b");
        Pass(seconds: 3);

        Assert.Equal([new PoolGrant(3, 0, 10)], Say("b", wants: 10).Grants);
        Assert.Equal([IngestOutcome.Stale], Say("a", Done(1, 15)).Outcomes);
    }

    [Fact]
    public void When_nobody_could_be_heard_nobody_is_lost()
    {
        Say("a", wants: 20);
        Say("b", wants: 1);
        Pass(seconds: 60);

        Assert.Equal([new PoolGrant(3, 21, 22)], Say("b", wants: 1).Grants);
        Assert.Equal([IngestOutcome.Accepted], Say("a", Done(1, 15)).Outcomes);
    }

    [Fact]
    public void An_iteration_that_kills_its_worker_three_times_alone_fails_and_the_rest_goes_on()
    {
        _settings = _settings with { Failures = new FailurePolicy.CollectAll(), PoolSize = 8, MaxParallel = 8 };
        for (var round = 0; _loop.Done < 100; round++)
        {
            Assert.True(round < 2_000, "no end");
            var name = $"worker-{round}";
            var answer = Say(name, wants: 100);
            var dies = answer.Grants.Any(grant => grant.Lo <= 42 && 42 < grant.Hi);
            var reports = answer.Grants.SelectMany(grant => Indexes(grant).TakeWhile(index => index != 42).Select(index => Done(grant.Lease, index)));
            Say(name, [.. reports]);
            if (!dies) Say(name, leaves: true);
            Pass(seconds: 4);
            Say("watch");
            Pass(seconds: 4);
            Say("watch");
            Pass(seconds: 4);
        }

        Assert.Equal((99, 1), (_loop.Succeeded, _loop.Failed));
        Assert.Equal("iteration 42: The worker was lost 3 times.", _loop.FirstError);
    }

    [Fact]
    public void What_waits_for_its_next_attempt_is_handed_out_when_it_is_due_with_the_attempts_used()
    {
        Say("a", wants: 1);
        Say("a", new WorkReport { RunId = 3, Index = 0, Fence = 1, Outcome = WorkOutcome.Waiting, Attempt = 2, NextAt = s_start.AddSeconds(30) });

        var early = Say("a", wants: 1);
        Assert.Equal((s_start.AddSeconds(30), new PoolGrant(2, 1, 2)), (early.AskAgainAt, Assert.Single(early.Grants)));
        Pass(seconds: 30);
        Assert.Equal(new PoolGrant(3, 0, 1, AttemptsUsed: 2), Say("a", wants: 1).Grants[0]);
    }

    [Fact]
    public void After_a_failure_that_ends_the_loop_nothing_more_is_handed_out_and_what_comes_back_is_kept()
    {
        Say("a", wants: 10);

        Assert.Equal((2, true, false), Told(Say("a", [Failed(1, 3)], wants: 10)));
        Assert.Equal((2, true, true), Told(Say("a", returned: [new PoolReturn(1, 0, 3), new PoolReturn(1, 4, 10)])));
        Assert.Equal((0, 2), (_ledger.Leased, _ledger.Returned.Length));
    }

    [Fact]
    public void A_pool_that_is_stopped_gives_back_its_leases_and_goes_on_from_there()
    {
        Say("a", wants: 10);
        Say("a", Done(1, 0));
        _settings = _settings with { IsOpen = false };

        Assert.Equal((2, true, false), Told(Say("a", wants: 5)));
        Assert.Equal((2, true, true), Told(Say("a", returned: [new PoolReturn(1, 1, 10)])));
        _settings = _settings with { IsOpen = true };
        Assert.Equal([new PoolGrant(2, 1, 6)], Say("a", wants: 5).Grants);
    }

    [Fact]
    public void A_sequential_loop_has_one_lease_at_a_time_and_goes_in_order()
    {
        _settings = _settings with { IsSequential = true };

        Assert.Equal([new PoolGrant(1, 0, 10)], Say("a", wants: 10).Grants);
        Assert.Equal(new PoolGrant(2, 10, 12), Assert.Single(Say("a", [.. Enumerable.Range(0, 10).Select(index => Done(1, index))], wants: 2).Grants));
        Assert.Empty(Say("a", wants: 10).Grants);
        Assert.Equal((0, true, true), Told(Say("b", wants: 10)));
    }

    [Fact]
    public void A_worker_without_a_place_in_a_narrow_window_stays_for_when_it_is_wide_again()
    {
        Say("a");
        Say("b");
        _settings = _settings with { MaxParallel = 1 };
        Assert.Equal((0, false, false), Told(Say("b", wants: 10)));
        _settings = _settings with { MaxParallel = 4 };
        Assert.Equal((2, false, false), Told(Say("b", wants: 10)));
    }

    [Fact]
    public void A_sequential_loop_without_a_place_waits_for_one()
    {
        _settings = _settings with { IsSequential = true, MaxParallel = 0 };
        var answer = Say("a", wants: 10);
        Assert.Equal((0, false, false), Told(answer));
        Assert.Empty(answer.Grants);

        _settings = _settings with { MaxParallel = 1 };
        Assert.Equal(1, Say("a", wants: 10).Slots);
    }

    [Fact]
    public void In_a_sequential_loop_what_was_leased_with_an_iteration_that_waits_is_given_back()
    {
        _settings = _settings with { IsSequential = true };
        Say("a", wants: 5);

        var told = Say("a", Done(1, 0), new WorkReport { RunId = 3, Index = 1, Fence = 1, Outcome = WorkOutcome.Waiting, NextAt = s_start.AddSeconds(30) });
        Assert.Equal((1, true, false), Told(told));
        var next = Say("a", returned: [new PoolReturn(1, 2, 5)], wants: 5);
        Assert.Equal((false, 0, s_start.AddSeconds(30)), (next.Stop, next.Grants.Length, next.AskAgainAt));
        Pass(seconds: 30);
        Assert.Equal([1], Say("a", wants: 2).Grants.Select(grant => grant.Lo));
        Assert.Equal([2], Say("a", [Done(2, 1)], wants: 2).Grants.Select(grant => grant.Lo));
    }

    [Fact]
    public void Until_ends_the_loop()
    {
        _settings = _settings with { IsSequential = true };
        Say("a", wants: 3);

        Assert.True(Say("a", Done(1, 0) with { Until = true }).Stop);
        Assert.True(_loop.Stopped);
    }

    [Fact]
    public void The_rate_limits_what_is_handed_out()
    {
        _settings = _settings with { StartsPerSecond = 10 };

        var answer = Say("a", wants: 50);
        Assert.Equal((new PoolGrant(1, 0, 1), s_start.AddSeconds(0.1)), (Assert.Single(answer.Grants), answer.AskAgainAt));
        Pass(seconds: 0.35);
        Assert.Equal([new PoolGrant(2, 1, 4)], Say("a", wants: 50).Grants);
    }

    [Fact]
    public void Chunks_are_leased_whole_and_counted_by_elements()
    {
        _loop = _loop with { Chunk = 30 };
        _settings = _settings with { Loop = _loop };

        Assert.Equal([new PoolGrant(1, 0, 60)], Say("a", wants: 2).Grants);
        Assert.Equal([IngestOutcome.Accepted, IngestOutcome.Unknown], Say("a", Done(1, 30), Done(1, 1)).Outcomes);
        Assert.Equal(30, _loop.Succeeded);
        Assert.Equal([new PoolGrant(2, 60, 100)], Say("a", wants: 2).Grants);
        Say("a", Done(2, 90));
        Assert.Equal(40, _loop.Succeeded);
    }

    [Fact]
    public void While_memory_is_short_chunks_are_smaller_and_handed_out_one_by_one()
    {
        _loop = _loop with { Chunk = 30 };
        _settings = _settings with { Loop = _loop, Chunk = 15 };

        Assert.Equal([new PoolGrant(1, 0, 15), new PoolGrant(2, 15, 30)], Say("a", wants: 2).Grants);
        Assert.Equal([IngestOutcome.Accepted], Say("a", Done(1, 0)).Outcomes);
        Assert.Equal(15, _loop.Succeeded);
        _settings = _settings with { Chunk = null };
        Assert.Equal([new PoolGrant(3, 30, 60)], Say("a", wants: 1).Grants);
    }

    [Fact]
    public void What_was_handed_out_small_and_not_begun_may_come_again_as_a_larger_chunk()
    {
        _loop = _loop with { Chunk = 30 };
        _settings = _settings with { Loop = _loop, Chunk = 15 };
        Say("a", wants: 2);
        _settings = _settings with { Chunk = 30 };
        Say("a", leaves: true);

        Assert.Equal([new PoolGrant(3, 0, 30)], Say("b", wants: 1).Grants);
        Assert.Equal([IngestOutcome.Stale, IngestOutcome.Accepted], Say("b", Done(1, 0), Done(3, 0)).Outcomes);
        Assert.Equal(30, _loop.Succeeded);
    }

    [Fact]
    public void A_chunk_that_waits_for_its_next_attempt_stays_as_large_as_it_was()
    {
        _loop = _loop with { Chunk = 30 };
        _settings = _settings with { Loop = _loop };
        Say("a", wants: 1);
        Say("a", Done(1, 0) with { Outcome = WorkOutcome.Waiting, NextAt = s_start.AddSeconds(1) });
        _settings = _settings with { Chunk = 15 };
        Pass(seconds: 1);

        Assert.Equal(new PoolGrant(2, 0, 30, AttemptsUsed: 1), Say("a", wants: 1).Grants[0]);
    }

    [Fact]
    public void Chunks_end_where_a_former_execution_has_done_the_rest()
    {
        _loop = _loop with { Chunk = 30, Carried = IndexSet.Of([10, 11, 12]), Succeeded = 3 };
        _settings = _settings with { Loop = _loop };

        Assert.Equal([new PoolGrant(1, 0, 10), new PoolGrant(2, 13, 43)], Say("a", wants: 2).Grants);
    }

    [Fact]
    public void What_a_former_execution_has_done_is_passed_over()
    {
        _loop = _loop with { Carried = IndexSet.Of([0, 1, 5]), Succeeded = 3 };
        _settings = _settings with { Loop = _loop };

        Assert.Equal([new PoolGrant(1, 2, 5), new PoolGrant(2, 6, 9)], Say("a", wants: 6).Grants);
    }

    [Fact]
    public void What_was_leased_in_an_answer_that_was_lost_is_told_again()
    {
        Say("a", wants: 3);
        Assert.Equal([new PoolGrant(1, 0, 3)], Hear("a", newest: 0, wants: 3));
        Assert.Equal([new PoolGrant(1, 0, 3)], Hear("a", newest: 0, wants: 0));
        Assert.Equal([new PoolGrant(2, 3, 4)], Hear("a", newest: 1, wants: 1));
        Say("a", Done(1, 1));

        Assert.Equal([new PoolGrant(1, 0, 1), new PoolGrant(1, 2, 3), new PoolGrant(2, 3, 4)], Hear("a", newest: 0, wants: 0));
        Assert.Empty(Hear("a", newest: 2, wants: 0));
        Assert.Equal(3, _ledger.Leased);
    }

    [Fact]
    public void A_ledger_reads_back_as_it_was_written()
    {
        Say("a", wants: 10);
        Say("a", Done(1, 4));
        Say("b", wants: 3);
        Say("b", new WorkReport { RunId = 3, Index = 10, Fence = 2, Outcome = WorkOutcome.Waiting, NextAt = s_start.AddSeconds(9) });

        var text = JsonSerializer.Serialize(_ledger, PoolJson.Default.PoolLedger);
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, PoolJson.Default.PoolLedger)!, PoolJson.Default.PoolLedger));
        Assert.Equal([new IndexRange(0, 4), new IndexRange(5, 10)], JsonSerializer.Deserialize(text, PoolJson.Default.PoolLedger)!.Leases[0].Open.ToArray());
    }

    private static IEnumerable<long> Indexes(PoolGrant grant)
    {
        for (var index = grant.Lo; index < grant.Hi; index++) yield return index;
    }

    private static (int, bool, bool) Told(PoolAnswer answer) => (answer.Slots, answer.Stop, answer.Leave);

    private static WorkReport Done(int lease, long index) => new() { RunId = 3, Index = index, Fence = lease, Outcome = WorkOutcome.Completed };

    private static WorkReport Failed(int lease, long index) =>
        Done(lease, index) with { Outcome = WorkOutcome.Failed, Error = new WorkError(WorkErrorKind.Http, "500") };

    private PoolGrant[] Hear(string member, int newest, int wants) => [.. Say(new PoolTurn(member, []) { Wants = wants, Heard = newest }).Grants];

    private PoolAnswer Say(string member, params WorkReport[] reports) => Say(member, reports, wants: 0);

    private PoolAnswer Say(string member, WorkReport[]? reports = null, int wants = 0, PoolReturn[]? returned = null, bool leaves = false) =>
        Say(new PoolTurn(member, reports ?? []) { Wants = wants, Returned = returned ?? [], Leaves = leaves });

    private PoolAnswer Say(PoolTurn turn)
    {
        var step = PoolRules.Apply(_ledger, _loop, _settings, [turn], _now);
        _ledger = step.Ledger;
        foreach (var (report, size) in step.Accepted.Concat(step.Lost))
            _loop = Ingest.ToEvents(report, "fetch", 0, _now, long.MaxValue, size).Aggregate(_loop, (loop, happened) => loop.Apply(happened));
        return step.Answers[0];
    }

    private void Pass(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
