using System.Collections.Concurrent;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

/// <summary>What a real server takes and sends back, where that is odd.</summary>
public sealed class RealOddObjectTests(RealApiServer server) : IClassFixture<RealApiServer>
{
    private const string Path = "/apis/tests.dev/v1/namespaces/default/widgets?fieldManager=somebody";

    [Theory]
    [InlineData("d50", 50)]
    [InlineData("d61", 61)]
    [InlineData("d64", 64)]
    [InlineData("d65", 65)]
    [InlineData("d100", 100)]
    [InlineData("d900", 900)]
    public async Task Any_depth_that_the_server_stores_is_listed_and_watched(string name, int depth)
    {
        server.Require();
        // Lists: some servers (1.20) take time that doubles with each level of maps to note who set which of them.
        var nested = $"{new string('[', depth - 1)}{new string(']', depth - 1)}";
        await TellAsync(name, $$"""{"a":{{nested}}}""", item => Assert.Equal(nested, item.Spec.Free!.Value.GetProperty("a").GetRawText()));
    }

    [Fact]
    public async Task An_object_that_the_server_stores_and_that_is_too_deep_is_skipped_by_name_in_list_and_watch_until_it_is_deleted()
    {
        server.Require();
        await WidgetDefinition.InstallAsync(server.Admin);
        var told = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var watching = Informer(told);
        var watch = watching.RunAsync(stop.Token);
        await watching.WaitForSyncAsync(default).Soon();
        Assert.Equal("", await server.PostAsync(Path, Text("deep", $$"""{"a":{{new string('[', 5000)}}{{new string(']', 5000)}}}""")));
        Assert.Equal("", await server.PostAsync(Path, Text("deep-after", "{}")));
        await Patience.UntilAsync(() => told.Contains("Added deep-after"));
        var listing = Informer(new ConcurrentQueue<string>());
        var list = listing.RunAsync(stop.Token);
        await listing.WaitForSyncAsync(default).Soon();
        foreach (var informer in new[] { watching, listing })
        {
            Assert.True(informer.TryGetSkipped(new NamespacedName("default", "deep"), out var skipped));
            Assert.Equal("spec.free nests too deep: an object may have 1000 levels.", skipped.Error);
            Assert.True(informer.TryGet(new NamespacedName("default", "deep-after"), out _));
        }

        await server.Admin.DeleteAsync(Widget.Type, new NamespacedName("default", "deep"), new DeleteOptions(), default);
        await Patience.UntilAsync(() => watching.ListSkipped().Count == 0 && listing.ListSkipped().Count == 0);
        Assert.Null(watching.Trouble);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(watch, list));
    }

    [Fact]
    public async Task A_megabyte_is_listed_and_watched()
    {
        server.Require();
        await TellAsync("megabyte", $"{{\"text\":\"{new string('x', 1_000_000)}\"}}", item => Assert.Equal(1_000_000, item.Spec.Free!.Value.GetProperty("text").GetString()!.Length));
    }

    [Fact]
    public async Task Half_surrogate_pairs_and_odd_numbers_are_listed_and_watched()
    {
        server.Require();
        var free = $$"""{"\ud800":"\udc00x","zero":-0,"small":1E-400,"long":{{new string('9', 300)}},"exact":9007199254740993}""";
        await TellAsync("odd", free, item =>
        {
            var member = item.Spec.Free!.Value.EnumerateObject().Single(member => member.Name == "\uFFFD");
            Assert.Equal("\uFFFDx", member.Value.GetString());
            Assert.Equal(9007199254740993, item.Spec.Free.Value.GetProperty("exact").GetInt64());
        });
        Assert.NotEqual("", await server.PostAsync(Path, Text("infinite", """{"n":1e400}""")));
    }

    /// <summary>One informer lists the object, another one hears of its creation and its end; both hear of an object that comes after it.</summary>
    private async Task TellAsync(string name, string free, Action<Widget> check)
    {
        await WidgetDefinition.InstallAsync(server.Admin);
        var told = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var watching = Informer(told);
        var watch = watching.RunAsync(stop.Token);
        await watching.WaitForSyncAsync(default).Soon();

        Assert.Equal("", await server.PostAsync(Path, Text(name, free)));
        Assert.Equal("", await server.PostAsync(Path, Text($"{name}-after", "{}")));
        await Patience.UntilAsync(() => told.Contains($"Added {name}-after"));
        Assert.Contains($"Added {name}", told);
        var listing = Informer(new ConcurrentQueue<string>());
        var list = listing.RunAsync(stop.Token);
        await listing.WaitForSyncAsync(default).Soon();
        foreach (var informer in new[] { watching, listing })
        {
            Assert.True(informer.TryGet(new NamespacedName("default", name), out var item));
            check(item);
            Assert.Empty(informer.ListSkipped());
        }

        Assert.True(await server.Admin.DeleteAsync(Widget.Type, new NamespacedName("default", name), new DeleteOptions(), default));
        await Patience.UntilAsync(() => told.Contains($"Deleted {name}"));
        Assert.Null(watching.Trouble);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(watch, list));
    }

    private Informer<Widget> Informer(ConcurrentQueue<string> told)
    {
        var informer = new Informer<Widget>(
            server.Admin, Widget.Type, new InformerOptions<Widget>(), TimeProvider.System, server.Metrics, new RecordingLogger<Informer<Widget>>());
        informer.AddHandler(change => told.Enqueue($"{change.GetType().Name} {change.Key.Name}"));
        return informer;
    }

    private static string Text(string name, string free) =>
        $$"""{"apiVersion":"tests.dev/v1","kind":"Widget","metadata":{"name":"{{name}}","namespace":"default"},"spec":{"size":1,"free":{{free}} } }""";
}
