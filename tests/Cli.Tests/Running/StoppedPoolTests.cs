namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>What a pool has done when its time is over, or it is cancelled.</summary>
public sealed class StoppedPoolTests
{
    [Theory]
    [InlineData("limits: {maxDuration: 1s}", "10m", 1, "maxDuration of 1 s is over.")]
    [InlineData("limits: {maxDuration: 1h}", "1s", 3, "--timeout of 1 s is over.")]
    public async Task What_has_ended_is_reported_but_for_what_ends_in_that_very_moment(string limits, string timeout, int exitCode, string error)
    {
        using var folder = new PlaybookFolder();
        var done = folder.Path("done");
        var file = folder.Playbook($$$"""
            - step: mark
              loop: {in: "{{ range(100000) }}", mode: async, maxParallel: 2, workers: pool, batchSize: 1000}
              tool: {kind: shell, cmds: "echo {{ item }} >> {{{done}}}"}
            """, limits);

        var outcome = await PlaybookCommand.RunAsync("run", file, "--timeout", timeout, "--output", "json");

        Assert.Equal((exitCode, error), (outcome.ExitCode, outcome.Error));
        var (lines, reported) = (File.ReadLines(done).Count(), outcome.Events("iteration.completed"));
        Assert.True(lines > 20, $"only {lines} have run");
        Assert.InRange(lines - reported, 0, 2);
        Assert.Equal(1, outcome.Events("iterator.failed"));
    }
}
