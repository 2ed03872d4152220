using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Kubernetes.Watching;
using Xunit;
using static PlaybookOperator.Kubernetes.Tests.Server.Answers;

namespace PlaybookOperator.Kubernetes.Tests.Watching;

public sealed class InformerTests
{
    private static readonly string One = Widget.Text("one", 1, "10");

    [Fact]
    public async Task Pages_are_put_together_and_followed_by_a_watch_from_their_version()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, Page("50", "more", One, Widget.Text("two", 2, "11")), List("50", Widget.Text("three", 3, "12"))));
        await world.Informer.WaitForSyncAsync(default).Soon();
        Assert.Equal("+one:1 +two:2 +three:3", await world.ToldAsync(3));
        await world.WatchesAsync(1);
        Assert.Equal("50", world.Server.Received(InformerFixture.Watch)[0].Query["resourceVersion"]);
        Assert.Equal("2 more", $"{world.Server.Received(InformerFixture.List)[1].Query["limit"]} {world.Server.Received(InformerFixture.List)[1].Query["continue"]}");
        Assert.NotNull(world.Informer.LastEventTime);
    }

    [Fact]
    public async Task It_has_not_synced_while_a_slow_list_is_under_way()
    {
        var gate = new TaskCompletionSource();
        await using var world = await InformerFixture.StartAsync(server => server.Next(InformerFixture.List, After(gate.Task, List("50", One))));
        await Patience.UntilAsync(() => world.Server.Requests.Count == 1);
        Assert.False(world.Informer.HasSynced);
        gate.SetResult();
        await world.Informer.WaitForSyncAsync(default).Soon();
        Assert.True(world.Informer.TryGet(new NamespacedName("a", "one"), out _));
    }

    [Fact]
    public async Task Changes_are_told_with_the_state_before_and_after()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch, WatchThenSilence(
                Added(Widget.Text("two", 2, "51")), Modified(Widget.Text("one", 5, "52")), Deleted(Widget.Text("one", 6, "53")))));
        Assert.Equal("+one:1 +two:2 ~one:1→5 -one:6", await world.ToldAsync(4));
        Assert.Equal("two", world.Informer.List().Single().Metadata.Name);
    }

    [Fact]
    public async Task Duplicate_events_are_told_once()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch, WatchThenSilence(
                Added(One), Modified(Widget.Text("one", 5, "52")), Modified(Widget.Text("one", 5, "52")),
                Deleted(Widget.Text("one", 5, "53")), Deleted(Widget.Text("one", 5, "53")), Added(Widget.Text("two", 2, "54")))));
        Assert.Equal("+one:1 ~one:1→5 -one:5 +two:2", await world.ToldAsync(4));
    }

    [Fact]
    public async Task A_namesake_is_told_as_a_deletion_and_an_addition()
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", One))
            .Next(InformerFixture.Watch, WatchThenSilence(Modified(Widget.Text("one", 9, "60", uid: "another")))));
        Assert.Equal("+one:1 -one:1 +one:9", await world.ToldAsync(3));
    }

    [Fact]
    public async Task Objects_are_found_by_index_as_they_change()
    {
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", One, Widget.Text("two", 1, "11")))
                .Next(InformerFixture.Watch, WatchThenSilence(Modified(Widget.Text("one", 7, "52")), Deleted(Widget.Text("two", 1, "53")))),
            prepare: fixture => fixture.Informer.AddIndex("size", widget => [$"{widget.Spec.Size}"]));
        await world.ToldAsync(4);
        Assert.Empty(world.Informer.ListBy("size", "1"));
        Assert.Equal("one", world.Informer.ListBy("size", "7").Single().Metadata.Name);
    }

    [Fact]
    public async Task Objects_are_trimmed_before_they_are_kept_or_told()
    {
        var options = InformerFixture.Quick with { Trim = widget => widget with { Spec = new WidgetSpec { Size = 0 } } };
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", One))
                .Next(InformerFixture.Watch, WatchThenSilence(Deleted(Widget.Text("one", 8, "52")))),
            options);
        Assert.Equal("+one:0 -one:0", await world.ToldAsync(2));
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_and_does_not_stop_the_others()
    {
        await using var world = await InformerFixture.StartAsync(
            server => server.Next(InformerFixture.List, List("50", One)),
            prepare: fixture =>
            {
                fixture.Informer.AddHandler(_ => throw new InvalidOperationException("broken"));
                fixture.Informer.AddHandler(_ => fixture.Informer.TryGet(default, out var _));
            });
        await world.Informer.WaitForSyncAsync(default).Soon();
        Assert.Contains("Error: A handler failed on Widget a/one.", world.Log.Lines);
    }

    [Fact]
    public async Task Handlers_cannot_join_late()
    {
        await using var world = await InformerFixture.StartAsync(server => server.Next(InformerFixture.List, List("50")));
        Assert.Throws<InvalidOperationException>(() => world.Informer.AddHandler(_ => { }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.Informer.RunAsync(default));
    }

    [Fact]
    public async Task Everything_is_compared_anew_once_in_a_while()
    {
        await using var world = await InformerFixture.StartAsync(
            server => server
                .Next(InformerFixture.List, List("50", One), List("60", Widget.Text("two", 2, "55")))
                .Next(InformerFixture.Watch, Watch(Bookmark("51"))),
            InformerFixture.Quick with { RelistEvery = TimeSpan.Zero });
        Assert.Equal("+one:1 +two:2 -one:1", await world.ToldAsync(3));
    }
}
