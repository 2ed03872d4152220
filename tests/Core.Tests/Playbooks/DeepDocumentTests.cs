using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class DeepDocumentTests
{
    [Fact]
    public void A_workload_of_64_levels_compiles_and_one_of_65_is_a_problem_of_its_field()
    {
        Assert.Empty(Compile($$$"""{"workload": {"x": {{{Nested(63)}}}}, "workflow": [{"step": "a"}]}""").Errors);
        var problem = Assert.Single(Compile($$$"""{"workload": {"x": {{{Nested(64)}}}}, "workflow": [{"step": "a"}]}""").Errors);
        Assert.StartsWith("workload.x[0][0]", problem.Field, StringComparison.Ordinal);
        Assert.Equal("nests deeper than 64 levels.", problem.Message);
    }

    [Fact]
    public void A_value_of_64_levels_fits_into_an_argument_and_a_document_of_any_depth_is_only_a_problem()
    {
        Assert.Empty(Compile($$$"""{"workflow": [{"step": "a", "tool": {"kind": "http", "url": "http://x", "body": {{{Nested(64)}}}}}]}""").Errors);
        foreach (var levels in (int[])[100, 1_000, 5_000])
        {
            var problem = Assert.Single(Compile($$$"""{"workflow": [{"step": "a", "tool": {"kind": "noop", "result": {{{Nested(levels)}}}}}]}""").Errors);
            Assert.StartsWith("workflow[0].tool.result[0]", problem.Field, StringComparison.Ordinal);
            Assert.Equal("nests deeper than 64 levels.", problem.Message);
        }
    }

    [Fact]
    public void Long_names_over_many_values_are_refused_before_each_of_them_is_named()
    {
        var name = new string('k', 60_000);
        var problem = Assert.Single(Compile($$$"""{"workload": {"{{{name}}}": [{{{string.Join(',', Enumerable.Repeat("1", 100_000))}}}]}, "workflow": [{"step": "a"}]}""").Errors);
        Assert.StartsWith("The playbook has names too long for the number of values below them", problem.Message, StringComparison.Ordinal);
        Assert.Empty(Compile($$$"""{"workload": {"{{{name[..60]}}}": [{{{string.Join(',', Enumerable.Repeat("1", 100_000))}}}]}, "workflow": [{"step": "a"}]}""").Errors);
    }

    private static Compilation Compile(string spec) => PlanCompiler.Compile(
        "test", System.Text.Json.JsonElement.Parse(spec, new System.Text.Json.JsonDocumentOptions { MaxDepth = 1_000_000 }), ToolSchemas.All, TemplateOptions.Default);

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
