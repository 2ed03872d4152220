namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Steps with <c>cache</c> in a run.</summary>
public sealed class CacheTests(SampleFixture sample)
{
    [Theory]
    [InlineData("pool", "true", 4)]
    [InlineData("job", "true", 4)]
    [InlineData("pool", "{enabled: false}", 80)]
    public async Task Equal_reads_of_a_loop_are_made_once_whoever_makes_them(string workers, string cache, int requests)
    {
        var run = new SampleRun(sample.Url);
        using var folder = new PlaybookFolder();
        var file = folder.Write("book.yaml", $$$"""
            name: cached
            workflow:
            - step: look_up
              loop: {in: "{{ range(80) }}", iterator: number, mode: async, maxParallel: 8, workers: {{{workers}}}}
              tool: {kind: http, url: "{{{sample.Url}}}/detail/{{ number % 4 + 1 }}", params: {run_key: {{{run.Key}}}}}
              cache: {{{cache}}}
            """);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(requests, (await run.RequestsAsync()).Count);
        var names = outcome.Result("look_up").GetProperty("results").EnumerateArray().Select(result => result.GetProperty("data").GetProperty("name").GetString());
        Assert.Equal(Enumerable.Range(0, 80).Select(n => $"Item {n % 4 + 1}"), names);
    }
}
