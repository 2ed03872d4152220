using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Kubernetes.Watching;
using Xunit;
using static PlaybookOperator.Kubernetes.Tests.Server.Answers;

namespace PlaybookOperator.Kubernetes.Tests.Watching;

public sealed class InformerWeatherTests
{
    private static readonly string One = Widget.Text("one", 1, "10");
    private static readonly string Two = Widget.Text("two", 2, "51");

    [Fact]
    public async Task An_event_cut_in_its_middle_is_told_once_by_the_next_watch()
    {
        var gate = new TaskCompletionSource();
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch,
                WatchThenCut(gate.Task, Modified(Widget.Text("one", 5, "52"))[..60], Added(Two)),
                WatchThenSilence(Modified(Widget.Text("one", 5, "52")))));
        Assert.Equal("+one:1 +two:2", await world.ToldAsync(2));
        gate.SetResult();
        Assert.Equal("~one:1→5", await world.ToldAsync(1));
        Assert.Equal("51", world.Server.Received(InformerFixture.Watch)[1].Query["resourceVersion"]);
        Assert.Single(world.Server.Received(InformerFixture.List));
    }

    [Fact]
    public async Task An_orderly_end_is_resumed_from_the_last_event_and_bookmark()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch, Watch(Added(Two)), Watch(Bookmark("70"))));
        await world.WatchesAsync(3);
        Assert.Equal(["50", "51", "70"], world.Server.Received(InformerFixture.Watch).Take(3).Select(request => request.Query["resourceVersion"].ToString()));
        Assert.Equal("+one:1 +two:2", world.ToldSince());
    }

    [Fact]
    public async Task A_version_gone_by_status_leads_to_a_list_that_finds_missed_deletions()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One, Widget.Text("old", 4, "11")), List("90", Widget.Text("one", 7, "80"), Two))
            .Next(InformerFixture.Watch, Status(410, "Expired", "too old resource version")));
        Assert.Equal("+one:1 +old:4 ~one:1→7 +two:2 -old:4", await world.ToldAsync(5));
        await world.WatchesAsync(2);
        Assert.Equal("90", world.Server.Received(InformerFixture.Watch)[1].Query["resourceVersion"]);
    }

    [Fact]
    public async Task A_version_gone_by_event_leads_to_a_list()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One), List("90"))
            .Next(InformerFixture.Watch, Watch(Error(410, "Expired", "too old resource version: 50 (80)"))));
        Assert.Equal("+one:1 -one:1", await world.ToldAsync(2));
        Assert.Equal(0, world.Informer.Count);
    }

    [Fact]
    public async Task A_list_forgotten_between_pages_begins_anew()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, Page("50", "more", One, Widget.Text("old", 4, "11")), Status(410, "Expired", "continue token expired"),
                List("90", One, Two)));
        await world.Informer.WaitForSyncAsync(default).Soon();
        Assert.Equal("+one:1 +old:4 +two:2 -old:4", await world.ToldAsync(4));
    }

    [Fact]
    public async Task Objects_that_do_not_decode_are_skipped_and_told_once_a_version()
    {
        var odd = Widget.Text("odd", 1, "12").Replace("\"size\":1", "\"size\":\"large\"", StringComparison.Ordinal);
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", odd, One))
            .Next(InformerFixture.Watch, WatchThenSilence(Modified(odd), Modified(odd), Added(Two))));
        Assert.Equal("+one:1 +two:2", await world.ToldAsync(2));
        var warning = Assert.Single(world.Log.At(LogLevel.Warning));
        Assert.StartsWith("Warning: Skip Widget a/odd as of version 12: ", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_ceases_to_decode_stays_as_known_until_it_is_deleted()
    {
        var odd = Widget.Text("one", 1, "60").Replace("\"size\":1", "\"size\":\"large\"", StringComparison.Ordinal);
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One), List("70", odd))
            .Next(InformerFixture.Watch, Watch(Modified(odd), Error(410, "Expired", "x")), WatchThenSilence(Deleted(odd))));
        Assert.Equal("+one:1 -one:1", await world.ToldAsync(2));
        Assert.Equal(2, world.Server.Received(InformerFixture.List).Count);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_and_watched_anew()
    {
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", One))
                .Next(InformerFixture.Watch, WatchThenSilence(Added(Two)), WatchThenSilence(Added(Widget.Text("three", 3, "52")))),
            InformerFixture.Quick with { IdleTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal("+one:1 +two:2 +three:3", await world.ToldAsync(3));
        Assert.Equal("51", world.Server.Received(InformerFixture.Watch)[1].Query["resourceVersion"]);
    }

    [Fact]
    public async Task A_server_that_accepts_a_watch_and_never_answers_is_given_up()
    {
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", One))
                .Next(InformerFixture.Watch, Nothing(), WatchThenSilence(Added(Two))),
            InformerFixture.Quick with { IdleTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal("+one:1 +two:2", await world.ToldAsync(2));
    }

    [Fact]
    public async Task A_missing_right_is_told_aloud_once_and_recovered_from()
    {
        var refusal = Status(403, "Forbidden", "User \"x\" cannot list resource \"widgets\"");
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, refusal, refusal, refusal, refusal, List("50", One)));
        await world.Informer.WaitForSyncAsync(default).Soon();
        var warning = Assert.Single(world.Log.At(LogLevel.Warning));
        Assert.Contains("may not list widgets.tests.dev in namespace \"a\": grant it the verb \"list\"", warning, StringComparison.Ordinal);
        Assert.Contains("Information: Follow objects of kind Widget again.", world.Log.Lines);
        Assert.Null(world.Informer.Trouble);
    }

    [Fact]
    public async Task Its_trouble_can_be_read_while_it_lasts()
    {
        await using var world = await InformerFixture.StartAsync(server => server.Always(InformerFixture.List, Status(401, "Unauthorized", "Unauthorized")));
        await Patience.UntilAsync(() => world.Informer.Trouble is not null);
        Assert.Contains("does not accept our credentials", world.Informer.Trouble, StringComparison.Ordinal);
        Assert.False(world.Informer.HasSynced);
    }

    [Fact]
    public async Task Garbage_in_a_watch_ends_it_and_it_is_resumed()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch, Watch("<html>"), Watch("""{"type":"NOVELTY","object":{}}"""), WatchThenSilence(Added(Two))));
        Assert.Equal("+one:1 +two:2", await world.ToldAsync(2));
        Assert.Single(world.Server.Received(InformerFixture.List));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("""{"type":"ERROR","object":null}""")]
    [InlineData("""{"type":"ERROR","object":{"code":500,"message":"unable to decode an event"}}""")]
    public async Task A_watch_that_fails_twice_at_one_version_is_not_replayed_a_third_time(string garbage)
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One), List("60", One, Two))
            .Next(InformerFixture.Watch, Watch(garbage), Watch(garbage), WatchThenSilence(Added(Widget.Text("three", 3, "61"))))
            .Always(InformerFixture.Watch, Watch(garbage)));
        Assert.Equal("+one:1 +two:2 +three:3", await world.ToldAsync(3));
        Assert.Equal(["50", "50", "60"], world.Server.Received(InformerFixture.Watch).Take(3).Select(request => request.Query["resourceVersion"].ToString()));
        Assert.Contains(world.Log.At(LogLevel.Warning), line => line.Contains("the watch failed twice after version 50", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watch_that_gets_further_each_time_it_fails_is_resumed()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50"))
            .Next(InformerFixture.Watch, Watch("<html>"), Watch(Bookmark("51"), "<html>"), Watch(Bookmark("52"), "<html>"), WatchThenSilence(Added(Widget.Text("three", 3, "61")))));
        Assert.Equal("+three:3", await world.ToldAsync(1));
        Assert.Single(world.Server.Received(InformerFixture.List));
    }

    [Fact]
    public async Task Who_listens_hears_of_each_object_that_does_not_decode_once_a_problem()
    {
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var odd = Widget.Text("odd", 1, "12").Replace("\"size\":1", "\"size\":\"large\"", StringComparison.Ordinal);
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", odd))
                .Next(InformerFixture.Watch, WatchThenSilence(Modified(odd.Replace("\"12\"", "\"51\"", StringComparison.Ordinal)), Added(Two), Deleted(odd), Added(Widget.Text("three", 3, "54")))),
            prepare: fixture => fixture.Informer.AddSkipHandler(item => heard.Enqueue($"{item.Key} {item.Uid}")));
        Assert.Equal("+two:2", await world.ToldAsync(1));
        Assert.Equal(["a/odd uid-odd"], heard);
        Assert.Equal("+three:3", await world.ToldAsync(1));
        Assert.Empty(world.Informer.ListSkipped());
    }

    [Fact]
    public async Task A_server_that_ends_each_watch_at_once_is_asked_ever_less_often()
    {
        var clock = new HastyTimeProvider();
        var options = new InformerOptions<Widget> { Selection = InformerFixture.Quick.Selection };
        await using var world = await InformerFixture.StartAsync(
            server => server.Next(InformerFixture.List, List("50")).Always(InformerFixture.Watch, Watch()), options, clock);
        await world.WatchesAsync(12);
        Assert.InRange(clock.Delays[0], TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5));
        Assert.InRange(clock.Delays[9], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Versions_that_are_gone_again_and_again_do_not_lead_to_a_storm_of_lists()
    {
        var clock = new HastyTimeProvider();
        var options = new InformerOptions<Widget> { Selection = InformerFixture.Quick.Selection };
        await using var world = await InformerFixture.StartAsync(
            server => server.Always(InformerFixture.List, List("50")).Always(InformerFixture.Watch, Status(410, "Expired", "x")), options, clock);
        await world.WatchesAsync(10);
        Assert.InRange(clock.Delays[8], TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }
}
