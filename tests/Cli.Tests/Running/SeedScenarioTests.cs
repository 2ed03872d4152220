using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>The bundled sample, run as a user runs it.</summary>
public sealed class SeedScenarioTests(SampleFixture sample, ResultsFixture results)
{
    private static readonly string s_file = Path.Combine(SourceTree.Samples, "loop-with-pagination.yaml");

    [Fact]
    public async Task B1_the_seed_scenario_reads_seven_pages_and_writes_two_rows()
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync(run);
        await ExpectSeedAsync(outcome, run);
    }

    [Fact]
    public async Task B1_the_seed_scenario_is_the_same_over_a_Postgres_store()
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync(run, "--store", results.ConnectionString);
        await ExpectSeedAsync(outcome, run);
    }

    [Fact]
    public async Task B1_without_its_sink_counts_70_items_on_7_pages()
    {
        var outcome = await PlaybookCommand.RunAsync(
            "run", Path.Combine(SourceTree.Samples, "loop-with-pagination-no-sink.yaml"), "--secret", $"PAGINATED_API_URL={sample.Url}", "--output", "json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal((70, 7), (outcome.Result("count").GetProperty("items").GetInt32(), outcome.Result("count").GetProperty("pages").GetInt32()));
    }

    [Fact]
    public async Task B2_three_page_sizes_take_nine_requests_for_105_items()
    {
        var run = new SampleRun(sample.Url);
        var outcome = await RunAsync(run, "--set", """
            endpoints=[{"name":"a","path":"/api/v1/assessments","page_size":10},{"name":"b","path":"/api/v1/assessments","page_size":15},{"name":"c","path":"/api/v1/assessments","page_size":20}]
            """.Trim());
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(9, (await run.RequestsAsync()).Count);
        Assert.Equal([(35, 0, 3), (35, 1, 3), (35, 2, 3)], await results.RowsAsync(outcome.Json.GetProperty("execution_id").GetString()!));
    }

    /// <summary>The run key goes in through the workload's paths, so the sample itself stays as users have it.</summary>
    private async Task<CommandOutcome> RunAsync(SampleRun run, params string[] more)
    {
        var text = await File.ReadAllTextAsync(s_file);
        using var folder = new PlaybookFolder();
        var file = folder.Write("sample.yaml", text.Replace("params: {page: 1,", $"params: {{run_key: '{run.Key}', page: 1,", StringComparison.Ordinal));
        return await PlaybookCommand.RunAsync(
            ["run", file, "--secret", $"PAGINATED_API_URL={sample.Url}", "--secret", $"RESULTS_DB={results.Uri}", "--output", "json", .. more]);
    }

    private async Task ExpectSeedAsync(CommandOutcome outcome, SampleRun run)
    {
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("COMPLETED", outcome.Status);
        Assert.Equal(JsonValueKind.Null, outcome.Json.GetProperty("error").ValueKind);
        Assert.Equal((2, 1, 0), (outcome.Events("iteration.completed"), outcome.Events("iterator.completed"), outcome.Events("call.error")));
        Assert.Equal(7, (await run.RequestsAsync()).Count);
        Assert.Equal([(35, 0, 2), (35, 1, 2)], await results.RowsAsync(outcome.Json.GetProperty("execution_id").GetString()!));
        Assert.DoesNotContain(sample.Url, outcome.Output, StringComparison.Ordinal);
    }
}
