using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

public abstract class PagingContract : EventLogContract
{
    private const long Run = 2;

    [Fact]
    public async Task Pages_go_from_the_newest_event_to_the_first()
    {
        var id = await FillAsync(iterations: 20);
        var first = await Reader.PageAsync(id, new EventQuery(1, 10), Stop);
        AssertPage(43, [43, 42, 41, 40, 39, 38, 37, 36, 35, 34], first);
        var last = await Reader.PageAsync(id, new EventQuery(5, 10), Stop);
        AssertPage(43, [3, 2, 1], last);
        var beyond = await Reader.PageAsync(id, new EventQuery(6, 10), Stop);
        Assert.Equal((43, 0), (beyond.TotalEvents, beyond.Events.Count));
        Assert.Empty((await Reader.PageAsync(id, new EventQuery(int.MaxValue, 500), Stop)).Events);
    }

    [Fact]
    public async Task Pages_since_an_event_ascend_and_hold_only_later_ones()
    {
        var id = await FillAsync(iterations: 20);
        var page = await Reader.PageAsync(id, new EventQuery(2, 3, SinceEventId: 30), Stop);
        AssertPage(13, [34, 35, 36], page);
        Assert.Equal(0, (await Reader.PageAsync(id, new EventQuery(1, 3, SinceEventId: 43), Stop)).TotalEvents);
        Assert.Equal(0, (await Reader.PageAsync(id, new EventQuery(1, 3, SinceEventId: 1000), Stop)).TotalEvents);
        Assert.Equal([1L], (await Reader.PageAsync(id, new EventQuery(1, 1, SinceEventId: -5), Stop)).Events.Select(e => e.EventId));
    }

    [Fact]
    public async Task Pages_of_one_type_are_dense_too()
    {
        var id = await FillAsync(iterations: 20);
        var page = await Reader.PageAsync(id, new EventQuery(2, 6, EventType.IterationCompleted), Stop);
        AssertPage(20, [37, 36, 35, 34, 33, 32], page);
        Assert.Equal([25L, 24], (await Reader.PageAsync(id, new EventQuery(4, 6, EventType.IterationCompleted), Stop)).Events.Select(e => e.EventId));
        var none = await Reader.PageAsync(id, new EventQuery(1, 6, EventType.SinkDone), Stop);
        Assert.Equal((0, 0), (none.TotalEvents, none.Events.Count));
    }

    [Fact]
    public async Task Children_are_listed_by_parent_without_those_of_others()
    {
        var first = await Log.CreateAsync(Build.Execution(), Stop);
        var second = await Log.CreateAsync(Build.Execution(), Stop);
        var children = new List<ExecutionId>();
        foreach (var parent in (ExecutionId[])[first, second, first]) children.Add(await Log.CreateAsync(Build.Execution() with { Parent = parent }, Stop));
        await Log.CreateAsync(Build.Execution() with { Parent = children[0] }, Stop);

        ExecutionId[] expected = [.. new[] { children[0], children[2] }.Order(), children[1]];
        if (second < first) expected = [children[1], .. new[] { children[0], children[2] }.Order()];
        Assert.Equal(expected, (await Reader.ListChildrenAsync([first, second], 10, Stop)).Select(header => header.Id));
        Assert.Equal(expected.Take(2), (await Reader.ListChildrenAsync([first, second], 2, Stop)).Select(header => header.Id));
        Assert.Empty(await Reader.ListChildrenAsync([children[1]], 10, Stop));
    }

    [Theory]
    [InlineData(0, 20, 24)]
    [InlineData(23, 20, 24)]
    [InlineData(24, 19, 25)]
    [InlineData(33, 10, 34)]
    [InlineData(42, 1, 43)]
    public async Task Pages_of_one_type_since_an_event_begin_after_it(long since, long total, long first)
    {
        var id = await FillAsync(iterations: 20);
        var page = await Reader.PageAsync(id, new EventQuery(1, 5, EventType.IterationCompleted, since), Stop);
        Assert.Equal((total, first), (page.TotalEvents, page.Events[0].EventId));
        var second = await Reader.PageAsync(id, new EventQuery(2, 5, EventType.IterationCompleted, since), Stop);
        Assert.Equal(total, second.TotalEvents);
        Assert.Equal(Math.Clamp(total - 5, 0, 5), second.Events.Count);
        Assert.Equal(0, (await Reader.PageAsync(id, new EventQuery(1, 5, EventType.IterationCompleted, 43), Stop)).TotalEvents);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 0)]
    [InlineData(1, 501)]
    public async Task A_page_out_of_range_is_a_mistake_of_the_caller(int page, int size)
    {
        var id = await FillAsync(iterations: 1);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Reader.PageAsync(id, new EventQuery(page, size), Stop));
    }

    [Fact]
    public async Task Open_executions_are_listed_in_order_of_their_ids()
    {
        var ids = new List<ExecutionId>();
        for (var i = 0; i < 5; i++) ids.Add(await Log.CreateAsync(Build.Execution(), Stop));
        await Log.AppendedAsync(ids[1], new AppendBatch(0, [Build.Event(EventType.PlaybookStarted), Build.Event(EventType.PlaybookFailed)]));
        ids.RemoveAt(1);
        Assert.Equal(ids, (await Reader.ListOpenAsync(new ExecutionId(0), 10, Stop)).Select(header => header.Id));
        Assert.Equal([ids[1], ids[2]], (await Reader.ListOpenAsync(ids[0], 2, Stop)).Select(header => header.Id));
    }

    private static void AssertPage(long total, long[] ids, EventPage page)
    {
        Assert.Equal(total, page.TotalEvents);
        Assert.Equal(ids, page.Events.Select(e => e.EventId));
    }

    /// <summary>3 + n started + n completed events.</summary>
    private async Task<ExecutionId> FillAsync(int iterations)
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(iterations, iterations));
        await Log.IngestAsync(id, [.. Enumerable.Range(0, iterations).Select(index => Build.Done(Run, index))], Stop);
        return id;
    }
}
