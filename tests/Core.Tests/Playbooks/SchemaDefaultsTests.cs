using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class SchemaDefaultsTests
{
    [Theory]
    // Members that are left out, at any depth, whoever brings the map around them.
    [InlineData("""{"properties": {"a": {"default": 1}, "b": {"default": null}}}""", "{}", "{}", """{"a":1,"b":null}""")]
    [InlineData("""{"properties": {"a": {"default": 1}}}""", "{}", """{"a": 2}""", """{"a": 2}""")]
    [InlineData("""{"properties": {"a": {"default": 1}}}""", """{"a": 3}""", "{}", "{}")]
    [InlineData("""{"properties": {"a": {"default": 1}}}""", """{"a": "{{ now() }}"}""", "{}", "{}")]
    [InlineData("""{"properties": {"s": {"properties": {"port": {"default": 80}}}}}""", """{"s": {"host": "h"}}""", "{}", """{"s":{"port":80}}""")]
    [InlineData("""{"properties": {"s": {"properties": {"port": {"default": 80}}}}}""", """{"s": {"host": "h"}}""", """{"s": {"host": "i"}}""", """{"s":{"host":"i","port":80}}""")]
    [InlineData("""{"properties": {"s": {"properties": {"port": {"default": 80}}}}}""", """{"s": {"host": "h"}}""", """{"s": 5}""", """{"s": 5}""")]
    [InlineData("""{"additionalProperties": {"properties": {"port": {"default": 80}}}}""", """{"x": {}}""", """{"y": {}}""", """{"x":{"port":80},"y":{"port":80}}""")]
    [InlineData("""{"patternProperties": {"^x": {"properties": {"port": {"default": 80}}}}}""", "{}", """{"x": {}, "y": {}}""", """{"y":{},"x":{"port":80}}""")]
    // Lists: of the execution's; the playbook's own unless it has templates, since it is replaced as a whole.
    [InlineData("""{"properties": {"l": {"items": {"properties": {"n": {"default": 1}}}}}}""", "{}", """{"l": [{}, {"n": 2}, 3]}""", """{"l":[{"n":1},{"n":2},3]}""")]
    [InlineData("""{"properties": {"l": {"prefixItems": [{"properties": {"n": {"default": 1}}}]}}}""", """{"l": [{}, {}]}""", "{}", """{"l":[{"n":1},{}]}""")]
    [InlineData("""{"properties": {"l": {"items": {"properties": {"n": {"default": 1}}}}}}""", """{"l": [{"m": "{{ 1 }}"}]}""", "{}", "{}")]
    // A default may itself leave something out; a map that is not there comes where defaults give all that it requires.
    [InlineData("""{"properties": {"s": {"default": {"host": "h"}, "properties": {"port": {"default": 80}}}}}""", "{}", "{}", """{"s":{"host":"h","port":80}}""")]
    [InlineData("""{"properties": {"s": {"type": "object", "properties": {"t": {"properties": {"port": {"default": 80}}}}}}}""", "{}", "{}", """{"s":{"t":{"port":80}}}""")]
    [InlineData("""{"properties": {"s": {"required": ["host"], "properties": {"port": {"default": 80}}}}}""", "{}", "{}", "{}")]
    [InlineData("""{"properties": {"s": {"type": "string", "properties": {"port": {"default": 80}}}}}""", "{}", "{}", "{}")]
    // Only what holds for every workload.
    [InlineData("""{"$ref": "#/$defs/r", "allOf": [{"properties": {"b": {"default": 2}}}], "$defs": {"r": {"properties": {"a": {"default": 1}}}}}""", "{}", "{}", """{"a":1,"b":2}""")]
    [InlineData("""{"anyOf": [{"properties": {"a": {"default": 1}}}], "if": {"properties": {"b": {"default": 1}}}}""", "{}", "{}", "{}")]
    [InlineData("""{"$ref": "#/$defs/tree", "$defs": {"tree": {"properties": {"n": {"default": 1}, "below": {"$ref": "#/$defs/tree"}}}}}""", "{}", """{"below": {}}""", """{"n":1,"below":{"n":1}}""")]
    public void What_is_left_out_is_filled_in(string schema, string own, string given, string filled)
    {
        var plan = Plan(schema, own);
        var values = plan.Schema!.Fill(plan.Workload, Compiling.Json(given));
        Assert.Equal(PlaybookDocument.Digest(Compiling.Json(filled)), PlaybookDocument.Digest(values));
        Assert.Equal(PlaybookDocument.Digest(values), PlaybookDocument.Digest(plan.Schema.Fill(plan.Workload, values)));
    }

    [Fact]
    public void A_member_with_a_default_is_not_missing()
    {
        var plan = Plan("""{"required": ["a"], "properties": {"a": {"type": "integer", "default": 1}}}""", "{}");
        Assert.Empty(plan.Schema!.Check(plan.Workload, Compiling.Json("{}"), DateTimeOffset.UnixEpoch));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Schemas_that_unfold_without_end_are_refused()
    {
        var members = string.Join(", ", Enumerable.Range(0, 25).Select(i => $$"""
            "s{{i}}": {"properties": {"l": {"$ref": "#/$defs/s{{i + 1}}"}, "r": {"$ref": "#/$defs/s{{i + 1}}"} } }
            """));
        var plan = Plan($$"""{"$ref": "#/$defs/s0", "$defs": { {{members}}, "s25": {"properties": {"n": {"default": 1} } } } }""", "{}");
        var finding = Assert.Single(plan.Schema!.Check(plan.Workload, Compiling.Json("{}"), DateTimeOffset.UnixEpoch));
        Assert.Contains("defaults are without end", finding.Message, StringComparison.Ordinal);
    }

    private static Plan Plan(string schema, string own) => Compiling.Plan(
        $$$"""{"workload": {{{own}}}, "schema": {{{schema}}}, "workflow": [{"step": "a", "tool": {"kind": "noop", "result": "{{ workload.a }}"}}]}""");
}
