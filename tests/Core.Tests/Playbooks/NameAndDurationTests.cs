using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class NameAndDurationTests
{
    [Theory]
    [InlineData("My_Playbook")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a.")]
    [InlineData("ä")]
    [InlineData("")]
    public void A_resource_is_named_as_Kubernetes_names_them(string name)
    {
        var problem = Assert.Single(Problems($$$"""{"apiVersion": "playbooks.dev/v1alpha1", "kind": "Playbook", "metadata": {"name": "{{{name}}}"}, "spec": {}}"""));
        Assert.StartsWith("metadata.name: must be lower-case letters, digits, - and .", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b-c.0")]
    [InlineData("7")]
    public void Names_that_Kubernetes_takes_are_fine(string name) =>
        Assert.Empty(Problems($$$"""{"apiVersion": "playbooks.dev/v1alpha1", "kind": "Playbook", "metadata": {"name": "{{{name}}}"}, "spec": {}}"""));

    [Fact]
    public void A_name_has_a_longest_length_in_every_document()
    {
        Assert.Empty(Problems($$$"""{"apiVersion": "playbooks.dev/v1alpha1", "metadata": {"name": "{{{new string('x', 253)}}}"}, "spec": {}}"""));
        foreach (var envelope in (string[])["\"apiVersion\": \"playbooks.dev/v1alpha1\", ", ""])
            Assert.Equal("metadata.name: must have at most 253 characters, not 254.", Assert.Single(Problems($$$"""{{{{envelope}}} "metadata": {"name": "{{{new string('x', 254)}}}"}, "workflow": []}""")));
        Assert.Equal("metadata.path: must have at most 1024 characters, not 1025.", Assert.Single(Problems($$$"""{"metadata": {"path": "{{{new string('x', 1025)}}}"}, "workflow": []}""")));
    }

    [Fact]
    public void A_bare_document_may_be_called_anything_that_is_text()
    {
        Assert.Empty(Problems("""{"kind": "Playbook", "metadata": {"name": "My_Playbook", "path": "examples/a"}, "workflow": []}"""));
        Assert.Equal("metadata.name: must be a string (YAML takes y, n, yes, no, on and off for true and false: quote them), not true.",
            Assert.Single(Problems("""{"metadata": {"name": true}, "workflow": []}""")));
        Assert.Equal("metadata.name: must be a string, not 5.", Assert.Single(Problems("""{"metadata": {"name": 5}, "workflow": []}""")));
    }

    [Theory]
    [InlineData("""{"workflow": [{"step": "a", "tool": {"kind": "noop"}, "timeout": 0}]}""", "workflow[0].timeout")]
    [InlineData("""{"workflow": [{"step": "a", "tool": "noop", "timeout": "0s"}]}""", "workflow[0].timeout")]
    [InlineData("""{"limits": {"maxDuration": 0}, "workflow": [{"step": "a"}]}""", "limits.maxDuration")]
    [InlineData("""{"limits": {"max_duration": 0.00000000001}, "workflow": [{"step": "a"}]}""", "limits.max_duration")]
    [InlineData("""{"cache": {"ttl": 0}, "workflow": [{"step": "a"}]}""", "cache.ttl")]
    [InlineData("""{"eventRetention": 0, "workflow": [{"step": "a"}]}""", "eventRetention")]
    [InlineData("""{"workflow": [{"step": "a", "tool": {"kind": "http", "url": "http://x", "timeout": 0}}]}""", "workflow[0].tool.timeout")]
    public void A_time_in_which_something_must_be_done_is_above_zero(string spec, string field)
    {
        var error = Assert.Single(Compiling.Errors(spec));
        Assert.StartsWith($"{field}: must be", error, StringComparison.Ordinal);
        Assert.Contains("above", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delay_may_be_zero() => Assert.Empty(Compiling.Errors(
        """{"workflow": [{"step": "a", "tool": {"kind": "noop"}, "retry": {"on_error": {"initial_delay": 0, "max_delay": "0s"}}}]}"""));

    [Fact]
    public void A_step_whose_result_no_template_can_read_is_told()
    {
        var warnings = Compiling.Warnings("""
            {"workflow": [{"step": "count-users", "tool": {"kind": "noop"}, "next": "b.c"}, {"step": "b.c", "tool": {"kind": "noop"}, "next": "2nd"},
             {"step": "2nd", "tool": {"kind": "noop"}, "next": "is"}, {"step": "is", "tool": {"kind": "noop"}, "next": "route-only"}, {"step": "route-only", "next": "ok_1"}, {"step": "ok_1", "tool": {"kind": "noop"}}]}
            """);
        Assert.Equal(
        [
            "workflow[0].step: warning: results of 'count-users' cannot be read by templates, where it is a subtraction; use count_users.",
            "workflow[1].step: warning: results of 'b.c' cannot be read by templates, where it is a member of 'b'; use b_c.",
            "workflow[2].step: warning: results of '2nd' cannot be read by templates, where it is not a name; use step_2nd.",
            "workflow[3].step: warning: results of 'is' cannot be read by templates, where it is not a name; use step_is.",
        ],
        warnings);
    }

    [Theory]
    [InlineData("{{ total-tax }}", true)]
    [InlineData("{{ total - tax + 1 }}", true)]
    [InlineData("{{ (total-tax).n }}", true)]
    [InlineData("{{ total-taxes }}", false)]
    [InlineData("{{ subtotal-tax }}", false)]
    [InlineData("{{ total }}", false)]
    public void An_expression_that_reads_like_such_a_step_is_told(string template, bool isTold)
    {
        var warnings = Compiling.Warnings($$$"""
            {"workflow": [{"step": "total", "tool": {"kind": "noop"}, "next": "tax"}, {"step": "tax", "tool": {"kind": "noop"}, "next": "total-tax"},
             {"step": "total-tax", "tool": {"kind": "noop"}, "next": "show"}, {"step": "taxes", "tool": {"kind": "noop"}}, {"step": "subtotal", "tool": {"kind": "noop"}},
             {"step": "show", "tool": {"kind": "transform", "result": "{{{template}}}"}}]}
            """);
        Assert.Equal(isTold, warnings.Contains("workflow[5].tool.result: warning: reads 'total-tax' as a subtraction, not as the result of the step of that name; call the step total_tax."));
    }

    [Fact]
    public void A_condition_on_a_member_that_is_a_step_is_told() => Assert.Contains(
        "workflow[0].next[0].when: warning: reads 'count.users' as a member of 'count', not as the result of the step of that name; call the step count_users.",
        Compiling.Warnings("""{"workflow": [{"step": "count.users", "tool": {"kind": "noop"}, "next": [{"when": "count.users.n == 3", "then": "b"}, {"else": "b"}]}, {"step": "b"}]}"""));

    private static IReadOnlyList<string> Problems(string document)
    {
        var problems = new List<Problem>();
        Assert.NotNull(PlaybookDocument.Read(Compiling.Json(document), problems));
        return [.. problems.Select(problem => problem.ToString())];
    }
}
