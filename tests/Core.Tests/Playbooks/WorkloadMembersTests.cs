using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class WorkloadMembersTests
{
    private const string Reads = """ "workflow": [{"step": "a", "tool": {"kind": "noop", "result": "{{ workload.extra }}"}}] """;

    [Theory]
    [InlineData(""" "workload": {"count": 1, "name": "x"} """, "cuont", "is not a member of this playbook's workload (did you mean count?); known are count, extra, name.")]
    [InlineData(""" "schema": {"properties": {"count": {}}} """, "cuont", "is not a member of this playbook's workload (did you mean count?); known are count, extra.")]
    [InlineData(""" "schema": {"oneOf": [{"required": ["count"]}, {"$ref": "#/$defs/b"}], "$defs": {"b": {"properties": {"size": {}}}}} """, "siez", "is not a member of this playbook's workload (did you mean size?); known are count, extra, size.")]
    public void A_member_that_nothing_reads_or_declares_is_an_error_with_the_nearest_name(string spec, string name, string message)
    {
        var found = Assert.Single(Find(spec, name));
        Assert.Equal(new Problem(ProblemSeverity.Error, $"workload.{name}", message), found);
    }

    [Theory]
    [InlineData(""" "workload": {"count": 1} """, "count")]
    [InlineData(""" "workload": {"count": 1} """, "extra")]
    [InlineData(""" "schema": {"properties": {"size": {}}} """, "size")]
    [InlineData(""" "workload": {"count": 1}, "schema": {"additionalProperties": true} """, "cuont")]
    [InlineData(""" "workload": {"count": 1}, "schema": {"additionalProperties": {"type": "integer"}} """, "cuont")]
    [InlineData(""" "workload": {"count": 1}, "schema": {"patternProperties": {"^x-": {}}} """, "x-y")]
    [InlineData(""" "description": "declares neither workload nor schema" """, "cuont")]
    public void What_is_declared_or_read_or_welcome_is_known(string spec, string name) => Assert.Empty(Find(spec, name));

    [Fact]
    public void Anything_goes_where_a_template_reads_the_workload_as_a_whole()
    {
        var plan = Compiling.Plan("""{"workload": {"count": 1}, "workflow": [{"step": "a", "tool": {"kind": "noop", "result": "{{ workload[workload.count] }}"}}]}""");
        Assert.Empty(WorkloadMembers.FindUnknown(plan, Compiling.Json("""{"cuont": 7}""")));
    }

    private static IReadOnlyList<Problem> Find(string spec, string name) =>
        WorkloadMembers.FindUnknown(Compiling.Plan($"{{{spec}, {Reads}}}"), Compiling.Json($$"""{"{{name}}": 7}"""));
}
