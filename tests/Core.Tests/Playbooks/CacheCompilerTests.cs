using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class CacheCompilerTests
{
    private const string Get = "\"tool\": {\"kind\": \"http\", \"url\": \"http://x\"}";

    private static string Playbook(string cache, string step) => $$"""{"cache": {{cache}}, "workflow": [{"step": "only", {{Get}}, {{step}}}]}""";

    [Theory]
    [InlineData("{\"ttl\": \"60s\"}", 60)]
    [InlineData("{\"ttl\": 0.5}", 0.5)]
    [InlineData("{}", 300)]
    [InlineData("true", 300)]
    public void A_step_says_how_old_a_result_may_be_or_that_it_does_not_matter(string cache, double seconds) =>
        Assert.Equal(seconds, Compiling.Plan(Compiling.OneStep($"{Get}, \"cache\": {cache}")).Steps[0].Task!.Cache!.TimeToLive.TotalSeconds);

    [Theory]
    [InlineData("null")]
    [InlineData("false")]
    [InlineData("{\"enabled\": false, \"ttl\": 60}")]
    public void A_step_without_cache_has_every_call_made(string cache) =>
        Assert.Null(Compiling.Plan(Compiling.OneStep($"{Get}, \"cache\": {cache}")).Steps[0].Task!.Cache);

    [Theory]
    [InlineData("{\"ttl\": 10}", "\"cache\": {}", 10.0)]
    [InlineData("{\"ttl\": 10}", "\"cache\": {\"ttl\": 20}", 20.0)]
    [InlineData("{\"ttl\": 10}", "\"timeout\": 5", null)]
    [InlineData("{\"enabled\": false}", "\"cache\": {\"ttl\": 20}", null)]
    [InlineData("false", "\"cache\": true", null)]
    public void The_playbook_gives_the_default_and_the_switch(string cache, string step, double? seconds) =>
        Assert.Equal(seconds, Compiling.Plan(Playbook(cache, step)).Steps[0].Task!.Cache?.TimeToLive.TotalSeconds);

    [Theory]
    [InlineData("5", "workflow[0].cache: must be true, false or a map with ttl, not 5.")]
    [InlineData("{\"ttl\": \"soon\"}", "workflow[0].cache.ttl: must be a duration")]
    [InlineData("{\"ttl\": 0}", "workflow[0].cache.ttl: must be above 0")]
    [InlineData("{\"tll\": 5}", "did you mean ttl?")]
    [InlineData("{\"enabled\": 1}", "workflow[0].cache.enabled: must be true or false, not 1.")]
    public void Other_shapes_are_problems(string cache, string problem) =>
        Assert.Contains(problem, Assert.Single(Compiling.Errors(Compiling.OneStep($"{Get}, \"cache\": {cache}"))), StringComparison.Ordinal);

    [Fact]
    public void So_they_are_at_the_playbook() =>
        Assert.Contains("cache: must be true, false or a map with ttl, not the string 'x'.", Assert.Single(Compiling.Errors(Playbook("\"x\"", "\"timeout\": 5"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"kind": "http", "url": "http://x", "method": "post"}""", "goes with GET alone, not with POST.")]
    [InlineData("""{"kind": "postgres", "auth": "DB", "query": "DELETE FROM t"}""", "goes with a single SELECT alone.")]
    [InlineData("""{"kind": "shell", "cmds": ["true"]}""", "goes with http GET and postgres SELECT alone, not with the tool shell.")]
    [InlineData("""{"kind": "transform", "result": 1}""", "goes with http GET and postgres SELECT alone, not with the tool transform.")]
    public void What_is_plainly_no_read_is_a_problem(string tool, string problem)
    {
        var spec = $$"""{"secrets": [{"name": "DB", "secretKeyRef": {"name": "a", "key": "b"} }], "workflow": [{"step": "only", "tool": {{tool}}, "cache": true} ] }""";
        Assert.Equal($"workflow[0].cache: {problem}", Assert.Single(Compiling.Errors(spec)));
    }

    [Theory]
    [InlineData("""{"kind": "http", "url": "http://x", "method": "get"}""")]
    [InlineData("""{"kind": "http", "url": "http://x", "method": "{{ workload.m }}"}""")]
    [InlineData("""{"kind": "postgres", "auth": "DB", "query": " select 1; "}""")]
    public void Reads_and_what_a_template_decides_are_none(string tool) => Assert.NotNull(Compiling.Plan(
        $$"""{"workload": {"m": "GET"}, "secrets": [{"name": "DB", "secretKeyRef": {"name": "a", "key": "b"} }], "workflow": [{"step": "only", "tool": {{tool}}, "cache": true} ] }""").Steps[0].Task!.Cache);

    [Fact]
    public void A_step_that_runs_nothing_has_nothing_to_keep() =>
        Assert.Contains("tool: is required: cache says how to run a tool", Assert.Single(Compiling.Errors(Compiling.OneStep("\"cache\": true"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("\n select\n* from t;", true)]
    [InlineData("SELECT(1)", true)]
    [InlineData("selection", false)]
    [InlineData("SELECT 1; DELETE FROM t", false)]
    [InlineData("WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x", false)]
    [InlineData("", false)]
    public void Only_a_single_SELECT_is_a_read(string statement, bool isRead) => Assert.Equal(isRead, CachePlan.IsCacheableStatement(statement));

    [Fact]
    public void A_worker_compiles_the_same_from_its_assignment()
    {
        var step = Compiling.Plan("""{"cache": {"ttl": 7.5}, "workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://x"}, "cache": {}}]}""").Steps[0];
        var problems = new List<Problem>();
        var task = TaskCompiler.Compile(JsonElement.Parse(step.TaskSource.GetRawText()), ToolSchemas.All, TemplateOptions.Default, problems);
        Assert.Empty(problems);
        Assert.Equal(7.5, task!.Cache!.TimeToLive.TotalSeconds);
    }
}
