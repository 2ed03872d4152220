using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class LoopCompilerTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://example.test/"} """;

    [Theory]
    [InlineData("\"mode\": \"async\", \"until\": \"result\"", "loop.until: belongs to mode: sequential")]
    [InlineData("\"mode\": \"chunked\", \"until\": \"result\"", "loop.until: belongs to mode: sequential")]
    [InlineData("\"chunk\": 5", "loop.chunk: belongs to mode: chunked")]
    [InlineData("\"mode\": \"chunked\", \"chunk\": 0", "loop.chunk: must be an integer from 1")]
    [InlineData("\"mode\": \"chunked\", \"iterator\": \"header\"", "loop.iterator: 'headers', the name of a chunk's list, has a meaning of its own")]
    [InlineData("\"mode\": \"chunked\", \"key\": \"{{ item }}\"", "loop.key: does not go with mode: chunked")]
    [InlineData("\"rateLimit\": 5", "loop.rateLimit: must be a map")]
    [InlineData("\"rateLimit\": {}", "loop.rateLimit.perSecond: is required")]
    [InlineData("\"rateLimit\": {\"perSecond\": 0}", "loop.rateLimit.perSecond: must be above 0")]
    [InlineData("\"rate_limit\": {\"per_second\": -1}", "loop.rate_limit.per_second: must be a number from 0")]
    [InlineData("\"limit\": \"workload.n\"", "loop.limit: must be an integer of at least 0, or a template that gives one, not the string 'workload.n'; a template stands in braces")]
    [InlineData("\"key\": 5", "loop.key: must be a template")]
    [InlineData("\"until\": \"{{ secret.X }}\"", "loop.until: reads the secret-bearing 'secret.X'")]
    [InlineData("\"collect\": \"aggregates\"", "loop.aggregate: is required by collect: aggregates")]
    [InlineData("\"collect\": \"all\"", "loop.collect: must be results, none or aggregates, not 'all'")]
    [InlineData("\"aggregate\": \"{{ result }}\"", "loop.aggregate: must be a map")]
    [InlineData("\"aggregate\": {}", "loop.aggregate: must name at least one number")]
    [InlineData("\"aggregate\": {\"a b\": \"{{ result }}\"}", "loop.aggregate.a b: must be a name")]
    [InlineData("\"aggregate\": {\"1st\": \"{{ result }}\"}", "loop.aggregate.1st: must be a name")]
    [InlineData("\"aggregate\": {\"ms\": [1]}", "loop.aggregate.ms: must be a template that gives a number")]
    [InlineData("\"aggregate\": {\"ms\": \"{{ result.ms | nothing }}\"}", "loop.aggregate.ms: ")]
    [InlineData("\"aggregate\": {\"ms\": \"{{ secret.X }}\"}", "loop.aggregate.ms: reads the secret-bearing 'secret.X'")]
    [InlineData("\"aggregate\": {\"ms\": null}", "loop.aggregate.ms: must be a template that gives a number")]
    [InlineData("\"aggregate\": {\"a_1\": \"{{ x( }}\"}", "loop.aggregate.a_1: ")]
    [InlineData("\"aggregate\": {\"a\": 1, \"b\": 1, \"c\": 1, \"d\": 1}, \"aggregateSamples\": 100000", "loop.aggregateSamples: must be at most 80000 with 4 names")]
    [InlineData("\"aggregateSamples\": 500", "loop.aggregateSamples: belongs to aggregate")]
    [InlineData("\"aggregate\": {\"ms\": \"{{ result }}\"}, \"aggregate_samples\": 5", "loop.aggregate_samples: must be an integer from 100")]
    public void What_does_not_fit_is_a_problem_of_its_key(string keys, string problem) =>
        Assert.Contains(Compiling.Errors(Only($"\"loop\": {{\"in\": [1], {keys}}}")), error => error.StartsWith($"workflow[0].{problem}", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"abc def\"", "the string 'abc def'")]
    [InlineData("\"workload.xs\"", "the string 'workload.xs'; a template stands in braces: \"{{ workload.xs }}\"")]
    [InlineData("\"range(10)\"", "the string 'range(10)'; a template stands in braces: \"{{ range(10) }}\"")]
    [InlineData("\"\"", "the string ''")]
    [InlineData("5", "5")]
    [InlineData("null", "null")]
    public void What_is_no_list_is_warned_of_before_the_step_fails_by_it(string source, string found) => Assert.Equal(
        [$"workflow[0].loop.in: warning: must be a list, a map, or a template that gives one, not {found}; the step will fail."],
        Compiling.Warnings(Only($"\"loop\": {{\"in\": {source}}}")));

    [Fact]
    public void An_assignment_carries_the_aggregates_in_the_order_of_their_names()
    {
        var step = Compiling.Plan(Only("\"loop\": {\"in\": [1], \"collect\": \"aggregates\", \"aggregate\": {\"z\": \"{{ result.z }}\", \"B\": 1, \"a_b\": \"{{ result.a }}\"}}")).Steps[0];
        var read = TaskCompiler.Compile(step.TaskSource, ToolSchemas.All, TemplateOptions.Default, [])!;

        Assert.Equal((false, LoopCollect.Aggregates, 10_000), (step.Loop!.KeepResults, step.Loop.Collect, step.Loop.AggregateSamples));
        Assert.Equal(["B", "a_b", "z"], step.Loop.Aggregates.Select(aggregate => aggregate.Name));
        Assert.Equal(["B", "a_b", "z"], read.Aggregates.Select(aggregate => aggregate.Name));
        Assert.False(read.KeepsResult);
    }

    [Fact]
    public void A_chunked_loop_names_its_list_after_the_iterator()
    {
        var compilation = Compiling.Compile(Only("\"loop\": {\"in\": [1], \"mode\": \"chunked\", \"iterator\": \"row\"}, \"args\": {\"all\": \"{{ rows }}\"}"));
        Assert.Empty(compilation.Problems);
        Assert.Equal((LoopMode.Chunked, 1000, "rows"), (compilation.Plan!.Steps[0].Loop!.Mode, compilation.Plan.Steps[0].Loop!.Chunk, compilation.Plan.Steps[0].Loop!.Variable));
    }

    [Theory]
    [InlineData("\"event.name == 'call.error' and error.status == 503\"", "{\"retry\": {\"max_attempts\": 5}}", 1, 0)]
    [InlineData("\"event.name == 'call.done' and result.bad\"", "{\"fail\": \"bad\"}", 1, 0)]
    [InlineData("\"event.name == 'call.error'\"", "{\"result\": 0}", 1, 0)]
    [InlineData("\"response.more\"", "[{\"collect\": {\"path\": \"data\"}}, {\"retry\": 3}]", 1, 0)]
    [InlineData("\"event.name == 'iterator.completed'\"", "{\"fail\": \"x\"}", 0, 1)]
    [InlineData("\"event.name == 'call.error'\"", "{\"set\": {\"x\": 1}}", 0, 1)]
    [InlineData("\"result.stats.failed > 0\"", "{\"fail\": \"x\"}", 0, 1)]
    public void In_a_loop_entries_go_to_the_iteration_or_to_the_step(string when, string then, int ofIteration, int ofStep)
    {
        var step = Compiling.Plan(Only($"\"loop\": {{\"in\": [1]}}, \"case\": [{{\"when\": {when}, \"then\": {then}}}]")).Steps[0];
        Assert.Equal((ofIteration, ofStep), (step.Task!.Case.Length, step.Case.Length));
    }

    [Theory]
    [InlineData("\"loop\": {\"in\": [1]},", "{\"retry\": 2, \"set\": {\"x\": 1}}", "mixes retry or collect")]
    [InlineData("\"loop\": {\"in\": [1]},", "{\"set\": {\"x\": 1}}", "asks for call.done, which in a loop is each iteration's")]
    [InlineData("\"loop\": {\"in\": [1]},", "{\"sink\": {\"tool\": \"http\", \"url\": \"http://u\"}}", "has a sink, which a case in a loop cannot have")]
    [InlineData("", "{\"retry\": {\"on_success\": {\"while\": \"true\"}}}", "belongs to the step's own retry")]
    public void What_can_be_done_nowhere_says_what_to_do(string loop, string then, string problem) =>
        Assert.Contains(Compiling.Errors(Only($"{loop} \"case\": [{{\"when\": \"event.name == 'call.done'\", \"then\": {then}}}]")), error => error.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void A_step_without_a_tool_has_no_call_to_try_again() =>
        Assert.Contains(
            Compiling.Errors("""{"workflow": [{"step": "a", "case": [{"else": {"retry": 2}}]}]}"""),
            error => error.StartsWith("workflow[0].case[0]: has retry, sink or collect", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"loop\": {\"in\": [1], \"until\": \"result.x\", \"collect\": \"none\"}, \"case\": [{\"when\": \"event.name == 'iterator.completed'\", \"then\": {\"next\": \"only2\"}}, {\"when\": \"event.name == 'call.error'\", \"then\": {\"fail\": \"no\"}}]")]
    [InlineData("\"vars\": {\"v\": \"{{ result }}\"}, \"case\": [{\"when\": \"vars.v and response.x\", \"then\": {\"sink\": {\"tool\": \"http\", \"url\": \"http://u\"}, \"next\": \"only2\"}}], \"next\": [{\"when\": \"status_code == 201\", \"then\": \"only2\"}]")]
    public void A_worker_reads_out_of_the_assignment_what_the_compiler_put_in(string keys)
    {
        var compilation = Compiling.Compile($$"""{"workflow": [{"step": "only", {{Http}}, {{keys}} }, {"step": "only2"}]}""");
        Assert.Empty(compilation.Problems);
        var step = compilation.Plan!.Steps[0];
        var problems = new List<Problem>();
        var read = TaskCompiler.Compile(step.TaskSource, ToolSchemas.All, TemplateOptions.Default, problems)!;
        Assert.Empty(problems);
        Assert.Equal(
            (step.Task!.Until is null, step.Task.KeepsResult, step.Task.IsIteration, step.Task.Vars is null, step.Task.Case.Length, string.Join(' ', step.Task.Reports)),
            (read.Until is null, read.KeepsResult, read.IsIteration, read.Vars is null, read.Case.Length, string.Join(' ', read.Reports)));
        Assert.Equal(step.Task.References.Select(reference => reference.ToString()).Order(), read.References.Select(reference => reference.ToString()).Order());
    }

    private static string Only(string keys) => Compiling.OneStep($"{Http}, {keys}");
}
