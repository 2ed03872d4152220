namespace PlaybookOperator.Cli.Tests.Running;

/// <summary><c>schema</c>: a workload that breaks it starts nothing.</summary>
public sealed class SchemaTests
{
    private const string Step = "- step: only\n  tool: {kind: transform, result: '{{ workload.count }}'}";

    private const string Spec = """
        workload: {count: 1}
        schema: {type: object, required: [count, user], properties: {count: {type: integer, minimum: 1}, user: {type: object, required: [name]}}}
        """;

    [Fact]
    public async Task A_workload_that_breaks_the_schema_exits_2_with_every_violation_and_its_path()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Step, Spec), "--set", "count=0", "--set", "user.nam=x");
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("workload.count: must be at least 1, not 0.", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("workload.user.name: is required.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workload_that_fits_runs()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("run", folder.Playbook(Step, Spec), "--output", "json", "--set", "user.name=x");
        Assert.Equal(1, outcome.Result("only").GetInt32());
    }

    [Fact]
    public async Task A_schema_that_is_none_is_a_problem_of_the_playbook()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("lint", folder.Playbook(Step, "schema: {type: strin, properties: {a: {$ref: 'http://example.invalid/s.json'}}}"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("schema.type: must be one of array", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("schema.properties.a.$ref: must point into this schema", outcome.Output, StringComparison.Ordinal);
    }
}
