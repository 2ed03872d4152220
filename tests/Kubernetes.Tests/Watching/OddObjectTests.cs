using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Kubernetes.Watching;
using Xunit;
using static PlaybookOperator.Kubernetes.Tests.Server.Answers;

namespace PlaybookOperator.Kubernetes.Tests.Watching;

/// <summary>Whatever one object holds, the others are told, in lists and in watches.</summary>
public sealed class OddObjectTests
{
    private static readonly string After = Widget.Text("after", 2, "60");

    [Theory]
    [InlineData(50)]
    [InlineData(61)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100)]
    [InlineData(900)]
    public async Task An_object_of_many_levels_is_told_in_lists_and_watches(int depth)
    {
        var free = Nested(depth);
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", With("listed", free), After))
            .Next(InformerFixture.Watch, WatchThenSilence(Added(With("watched", free)), Deleted(With("watched", free)))));
        Assert.Equal("+listed:1 +after:2 +watched:1 -watched:1", await world.ToldAsync(4));
        Assert.True(world.Informer.TryGet(new NamespacedName("a", "listed"), out var item));
        Assert.Equal(free, item.Spec.Free!.Value.GetRawText());
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(200_000)]
    public async Task An_object_that_is_too_deep_is_skipped_by_name_and_the_others_are_told(int depth)
    {
        var free = Nested(depth);
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", With("listed", free), After))
            .Next(InformerFixture.Watch, WatchThenSilence(Added(With("watched", free)), Added(Widget.Text("three", 3, "61")), Deleted(With("watched", free)), Added(Widget.Text("four", 4, "62")))));
        Assert.Equal("+after:2 +three:3 +four:4", await world.ToldAsync(3));
        var skipped = Assert.Single(world.Informer.ListSkipped());
        Assert.Equal("a/listed uid-listed 55 spec.free nests too deep: an object may have 1000 levels.", $"{skipped.Key} {skipped.Uid} {skipped.ResourceVersion} {skipped.Error}");
        Assert.Equal(2, world.Log.At(Microsoft.Extensions.Logging.LogLevel.Warning).Count);
    }

    [Theory]
    [InlineData("""{"n":1e400}""")]
    [InlineData("""{"n":-0}""")]
    [InlineData("""{"n":1E-400}""")]
    [InlineData("""{"n":-0.0e-0}""")]
    public async Task Numbers_of_free_fields_stay_as_they_are_written(string free)
    {
        await using var world = await InformerFixture.StartAsync(server => server.Next(InformerFixture.List, List("50", With("odd", free), After)));
        Assert.Equal("+odd:1 +after:2", await world.ToldAsync(2));
        Assert.True(world.Informer.TryGet(new NamespacedName("a", "odd"), out var item));
        Assert.Equal(free, item.Spec.Free!.Value.GetRawText());
    }

    [Fact]
    public async Task An_integer_of_300_digits_and_a_text_of_a_megabyte_are_taken()
    {
        var free = $$"""{"n":{{new string('9', 300)}},"text":"{{new string('x', 1 << 20)}}"}""";
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", With("listed", free)))
            .Next(InformerFixture.Watch, WatchThenSilence(Added(With("watched", free)), Added(After))));
        Assert.Equal("+listed:1 +watched:1 +after:2", await world.ToldAsync(3));
    }

    [Theory]
    [InlineData("""{"\ud800":1}""", "\uFFFD", "1")]
    [InlineData("""{"a":"\udc00\ud83d"}""", "a", "\uFFFD\uFFFD")]
    [InlineData("""{"a":"\uD83D\uDE00"}""", "a", "\U0001F600")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", "a", "\uFFFD\U0001F600")]
    [InlineData("""{"a":"\\ud800\\"}""", "a", "\\ud800\\")]
    public async Task Half_a_surrogate_pair_is_read_as_the_replacement_character(string free, string name, string value)
    {
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", With("listed", free)))
            .Next(InformerFixture.Watch, WatchThenSilence(Added(With("watched", free)))));
        Assert.Equal("+listed:1 +watched:1", await world.ToldAsync(2));
        foreach (var item in world.Informer.List())
        {
            var member = Assert.Single(item.Spec.Free!.Value.EnumerateObject());
            Assert.Equal((name, value), (member.Name, member.Value.ToString()));
        }
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_metadata_spoils_neither_list_nor_watch()
    {
        var odd = Widget.Text("odd", 1, "12").Replace("\"uid\"", "\"\\ud800\":1,\"labels\":{\"\\ud800\":\"\\udfff\"},\"uid\"", StringComparison.Ordinal);
        await using var world = await InformerFixture.StartAsync(server => server
            .Next(InformerFixture.List, List("50", odd, After))
            .Next(InformerFixture.Watch, WatchThenSilence(Modified(odd), Deleted(odd))));
        Assert.Equal("+odd:1 +after:2 -odd:1", await world.ToldAsync(3));
    }

    [Fact]
    public async Task Pages_of_objects_that_are_too_large_together_become_shorter()
    {
        var large = With("large", $"{{\"text\":\"{new string('x', 3000)}\"}}");
        await using var world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { PageSize = 4, MaxResponseBytes = 8000 });
        world.Server.Next(InformerFixture.List, List("50", large, large), List("50", large, large), Page("50", "more", large), List("50", After));
        var pages = await world.Client.ListAsync(Widget.Type, new ListOptions { Namespace = "a" }, default).ToListAsync();
        Assert.Equal(["large", "after"], pages.SelectMany(page => page.Items).Select(item => item.Metadata.Name));
        Assert.Equal(["4", "2", "1", "1"], world.Server.Received(InformerFixture.List).Select(request => request.Query["limit"].ToString()));
    }

    internal static string Nested(int depth) =>
        $"{string.Concat(Enumerable.Repeat("""{"a":""", depth - 1))}{{}}{new string('}', depth - 1)}";

    /// <summary>With the server's record of who set which field, which is deeper than the field.</summary>
    private static string With(string name, string free) => Widget.Text(name, 1, "55")
        .Replace("\"size\":1 ", $"\"size\":1,\"free\":{free}", StringComparison.Ordinal)
        .Replace("\"uid\"", $"\"managedFields\":[{{\"fieldsV1\":{{\"f:spec\":{{\"f:free\":{free}}}}}}}],\"uid\"", StringComparison.Ordinal);
}
