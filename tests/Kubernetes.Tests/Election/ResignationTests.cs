using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Election;

public sealed class ResignationTests
{
    private static readonly ResignationRules s_rules = new();

    [Theory]
    [InlineData(31, 40, 2, true)]
    [InlineData(29, 40, 2, false)] // the trouble may pass
    [InlineData(31, 29, 2, false)] // the other may have recovered from the same trouble a little earlier
    [InlineData(31, null, 2, false)] // the other is not ready either
    [InlineData(300, 300, 11, false)] // the other has fallen silent
    [InlineData(300, 300, null, false)] // the other has not been heard since we listen
    public void A_leader_resigns_for_one_who_was_ready_while_it_was_not(int unready, int? readyFor, int? unheard, bool resigns)
    {
        var peer = new PeerView("b", Time(readyFor), Time(unheard));
        var verdict = Resignation.Decide(new LeaderView(Time(unready), TimeSpan.FromHours(1), null), [peer], s_rules);
        Assert.Equal(resigns, verdict.Resigns);
    }

    [Fact]
    public void Nobody_resigns_when_nobody_else_is_there_or_it_is_switched_off()
    {
        var leader = new LeaderView(TimeSpan.FromHours(1), TimeSpan.FromHours(2), null);
        Assert.Equal("no other replica has been ready for 30 s", Resignation.Decide(leader, [], s_rules).Reason);
        var peer = new PeerView("b", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        Assert.Equal("not ready for 3600 s, while b has been for 3600 s", Resignation.Decide(leader, [peer], s_rules).Reason);
        Assert.False(Resignation.Decide(leader, [peer], s_rules with { After = TimeSpan.Zero }).Resigns);
    }

    [Fact]
    public void What_the_other_said_before_it_can_have_noticed_does_not_count()
    {
        var rules = s_rules with { After = TimeSpan.FromSeconds(5) };
        var leader = new LeaderView(TimeSpan.FromSeconds(16), TimeSpan.FromHours(1), null);
        Assert.False(Resignation.Decide(leader, [new PeerView("b", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1))], rules).Resigns);
        Assert.True(Resignation.Decide(leader, [new PeerView("b", TimeSpan.FromHours(1), TimeSpan.FromSeconds(0.5))], rules).Resigns);
    }

    [Theory]
    [InlineData(null, 0, 30)]
    [InlineData(30, 60, 60)]
    [InlineData(30, 299, 60)]
    [InlineData(30, 301, 30)]
    [InlineData(240, 60, 480)]
    [InlineData(480, 60, 480)] // the longest
    public void Replicas_that_fail_by_turns_wait_longer_each_time(int? lastWait, int calm, int wait)
    {
        var leader = new LeaderView(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(calm), Time(lastWait));
        Assert.Equal(TimeSpan.FromSeconds(wait), Resignation.Decide(leader, [], s_rules).Wait);
    }

    [Fact]
    public void Trouble_lasts_until_nothing_has_been_missing_for_a_while()
    {
        var time = new ManualTimeProvider();
        var clock = new ReadinessClock(time);
        Assert.Null(clock.ReadyFor);
        foreach (var isReady in new[] { true, true, false, true, false, true })
        {
            clock.Observe(isReady);
            time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal((TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(12)), (clock.CalmBefore, clock.UnreadyFor));
        clock.Observe(true);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12)), (clock.ReadyFor, clock.UnreadyFor));
        time.Advance(TimeSpan.FromSeconds(2));
        clock.Observe(true);
        Assert.Equal((TimeSpan.FromSeconds(5), null), (clock.ReadyFor, clock.UnreadyFor));
        // Whoever no longer looks does not become readier.
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(5), clock.ReadyFor);
    }

    [Fact]
    public void An_entry_is_heard_when_it_changes_between_two_looks()
    {
        var time = new ManualTimeProvider();
        var book = new ReplicaBook(time);
        See("run 1 40 other", "run 7 - own");
        Assert.Equal([new PeerView("other", TimeSpan.FromSeconds(40), null)], book.Peers("own"));
        time.Advance(TimeSpan.FromSeconds(2));
        See("run 1 40 other");
        Assert.Null(Assert.Single(book.Peers("own")).UnheardFor);
        time.Advance(TimeSpan.FromSeconds(2));
        See("run 2 44 other");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([new PeerView("other", TimeSpan.FromSeconds(44), TimeSpan.FromSeconds(3))], book.Peers("own"));

        void See(params string[] entries) => book.See(entries.Select((text, i) => (text, i)).ToDictionary(pair => $"k{pair.i}", pair => pair.text));
    }

    [Fact]
    public void Entries_that_nobody_keeps_up_and_too_many_are_stale()
    {
        var time = new ManualTimeProvider();
        var book = new ReplicaBook(time);
        book.See(new Dictionary<string, string> { ["old"] = "not an entry" });
        time.Advance(TimeSpan.FromSeconds(101));
        var many = Enumerable.Range(0, ReplicaBook.MaxEntries + 3).ToDictionary(i => $"k{i}", i => $"run 1 - r{i}");
        many["old"] = "not an entry";
        book.See(many);
        var stale = book.Stale(TimeSpan.FromSeconds(100));
        Assert.Contains("old", stale);
        Assert.Equal(4, stale.Count);
        Assert.Equal(ReplicaBook.MaxEntries + 3, book.Peers("own").Count);
    }

    [Theory]
    [InlineData("ab12 3 40 pod name", true)]
    [InlineData("ab12 3 - pod", true)]
    [InlineData("ab12 3 pod", false)]
    [InlineData("ab12 -3 40 pod", false)]
    [InlineData("ab12 3 99999999999 pod", false)]
    [InlineData("", false)]
    public void An_entry_is_one_line_and_anything_else_is_nobodys(string text, bool isEntry) =>
        Assert.Equal(isEntry ? text : null, ReplicaEntry.TryParse(text)?.ToString());

    private static TimeSpan? Time(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}
