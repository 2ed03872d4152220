using PlaybookOperator.EventLog.Postgres;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class SeenExecutionsTests
{
    [Fact]
    public void What_moved_is_new_or_ended_is_named_once()
    {
        var seen = new SeenExecutions();
        Assert.Equal([1, 2, 3], seen.Compare([(1, 5), (2, 5), (3, 5)], isLast: true));
        Assert.Empty(seen.Compare([(1, 5), (2, 5), (3, 5)], isLast: true));
        Assert.Equal([3, 2, 4], seen.Compare([(1, 5), (2, 6), (4, 1)], isLast: true));
        Assert.Empty(seen.Compare([(1, 5), (2, 6), (4, 1)], isLast: true));
    }

    [Fact]
    public void Slices_go_round_and_an_end_is_seen_in_its_own_slice()
    {
        var seen = new SeenExecutions();
        seen.Compare([(1, 1), (2, 1)], isLast: false);
        Assert.Equal(2, seen.Cursor);
        Assert.Equal([3], seen.Compare([(3, 1)], isLast: true));
        Assert.Equal(0, seen.Cursor);
        Assert.Equal([1], seen.Compare([(2, 1), (3, 1)], isLast: false));
        Assert.Equal(3, seen.Cursor);
        Assert.Empty(seen.Compare([], isLast: true));
        Assert.Equal(0, seen.Cursor);
        Assert.Equal([3], seen.Compare([(2, 1)], isLast: true));
    }

    [Fact]
    public void What_was_found_open_otherwise_and_has_ended_before_the_first_look_is_named()
    {
        var seen = new SeenExecutions();
        seen.Note(2, lastEventId: 7);
        seen.Note(3, lastEventId: 7);
        Assert.Equal([2, 1], seen.Compare([(1, 1), (3, 7)], isLast: true));
    }
}
