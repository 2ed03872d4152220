using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class WorkloadSchemaTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{type: integer}", "3", true)]
    [InlineData("{type: integer}", "3.0", true)]
    [InlineData("{type: integer}", "3.5", false)]
    [InlineData("{type: [string, 'null']}", "null", true)]
    [InlineData("{type: [string, 'null']}", "1", false)]
    [InlineData("{enum: [1, a, null]}", "\"a\"", true)]
    [InlineData("{enum: [1, a, null]}", "\"b\"", false)]
    [InlineData("{const: {a: [1]}}", "{\"a\": [1]}", true)]
    [InlineData("{minimum: 1, exclusiveMaximum: 2}", "1", true)]
    [InlineData("{minimum: 1, exclusiveMaximum: 2}", "2", false)]
    [InlineData("{multipleOf: 0.1}", "0.3", true)]
    [InlineData("{multipleOf: 0.1}", "0.35", false)]
    [InlineData("{minLength: 2, maxLength: 2}", "\"😀é\"", true)]
    [InlineData("{pattern: '^a+$'}", "\"aab\"", false)]
    [InlineData("{required: [a]}", "{}", false)]
    [InlineData("{required: [a]}", "5", true)]
    [InlineData("{properties: {a: {type: string}}, additionalProperties: false}", "{\"b\": 1}", false)]
    [InlineData("{patternProperties: {'^x': {type: integer}}, additionalProperties: {type: string}}", "{\"x1\": 1, \"y\": \"s\"}", true)]
    [InlineData("{patternProperties: {'^x': {type: integer}}, additionalProperties: {type: string}}", "{\"x1\": \"s\"}", false)]
    [InlineData("{propertyNames: {maxLength: 2}}", "{\"abc\": 1}", false)]
    [InlineData("{minProperties: 1, maxProperties: 1}", "{\"a\": 1, \"b\": 2}", false)]
    [InlineData("{dependentRequired: {a: [b]}}", "{\"a\": 1}", false)]
    [InlineData("{dependentSchemas: {a: {required: [b]}}}", "{\"a\": 1}", false)]
    [InlineData("{items: {type: integer}}", "[1, \"a\"]", false)]
    [InlineData("{prefixItems: [{type: integer}], items: false}", "[1]", true)]
    [InlineData("{prefixItems: [{type: integer}], items: false}", "[1, 2]", false)]
    [InlineData("{items: [{type: integer}], additionalItems: {type: string}}", "[1, \"a\"]", true)]
    [InlineData("{contains: {type: integer}, maxContains: 1}", "[1, 2]", false)]
    [InlineData("{contains: {type: integer}}", "[]", false)]
    [InlineData("{contains: {type: integer}, minContains: 0}", "[]", true)]
    [InlineData("{uniqueItems: true}", "[1, 2, 1]", false)]
    [InlineData("{allOf: [{minimum: 1}, {maximum: 2}]}", "3", false)]
    [InlineData("{anyOf: [{type: string}, {minimum: 5}]}", "4", false)]
    [InlineData("{anyOf: [{type: string}, {minimum: 5}]}", "6", true)]
    [InlineData("{oneOf: [{minimum: 1}, {minimum: 2}]}", "3", false)]
    [InlineData("{oneOf: [{minimum: 1}, {minimum: 2}]}", "1", true)]
    [InlineData("{not: {type: string}}", "\"a\"", false)]
    [InlineData("{if: {type: string}, then: {minLength: 2}, else: {minimum: 5}}", "\"a\"", false)]
    [InlineData("{if: {type: string}, then: {minLength: 2}, else: {minimum: 5}}", "5", true)]
    [InlineData("{$ref: '#/$defs/even', $defs: {even: {multipleOf: 2}}}", "3", false)]
    [InlineData("false", "1", false)]
    [InlineData("true", "1", true)]
    public void A_value_fits_or_not(string schema, string value, bool fits) =>
        Assert.Equal(fits, Check($"{{properties: {{v: {schema}}}}}".Replace("'#/$defs", "'#/properties/v/$defs", StringComparison.Ordinal), $$"""{"v": {{value}}}""").Count == 0);

    [Fact]
    public void A_schema_may_refer_to_itself()
    {
        const string Tree = "{$ref: '#/$defs/tree', $defs: {tree: {type: object, properties: {leaf: {type: integer}, below: {type: array, items: {$ref: '#/$defs/tree'}}}}}}";
        var finding = Assert.Single(Check(Tree, """{"below": [{"below": [{"leaf": "x"}]}]}"""));
        Assert.Equal("workload.below[0].below[0].leaf: must be an integer, not the string 'x'.", finding);
    }

    [Fact]
    public void A_circle_of_references_ends() => Assert.Contains("too deeply", Assert.Single(Check("{$ref: '#/$defs/a', $defs: {a: {$ref: '#/$defs/b'}, b: {$ref: '#/$defs/a'}}}", "{}")), StringComparison.Ordinal);

    [Fact]
    public void Every_violation_is_told_with_its_path_and_what_would_be_right()
    {
        var findings = Check("{required: [url], properties: {size: {type: integer, maximum: 5}, name: {type: string}}, additionalProperties: false}", """{"size": 7, "nam": "x"}""");
        Assert.Equal(
            ["workload.url: is required.", "workload.size: must be at most 5, not 7.", "workload.nam: is not a known member (did you mean name?)."],
            findings);
    }

    [Fact]
    public void What_only_a_worker_may_see_counts_as_there()
    {
        var plan = Compiling.Plan("""
            {"secrets": [{"name": "URL", "secretKeyRef": {"name": "a", "key": "b"}}], "workload": {"url": "{{ secret.URL }}", "count": "{{ 1 + 1 }}"},
             "schema": {"required": ["url"], "properties": {"url": {"type": "integer"}, "count": {"type": "integer"}}}, "workflow": [{"step": "only"}]}
            """);
        Assert.Empty(plan.Schema!.Check(plan.Workload, Compiling.Json("{}"), s_now));
        Assert.Single(plan.Schema.Check(plan.Workload, Compiling.Json("""{"url": "text"}"""), s_now));
    }

    [Theory]
    [InlineData("{type: strin}", "schema.type: must be one of")]
    [InlineData("{minLength: -1}", "schema.minLength: must be an integer of at least 0, not -1.")]
    [InlineData("{required: url}", "schema.required: must be a list of names")]
    [InlineData("{pattern: '('}", "schema.pattern: is not a regular expression")]
    [InlineData("{pattern: '(a)\\\\1'}", "schema.pattern: must not use look-around or back-references")]
    [InlineData("{$ref: 'https://example.invalid/s'}", "schema.$ref: must point into this schema")]
    [InlineData("{$ref: '#/$defs/gone'}", "schema.$ref: points to #/$defs/gone, which is not there.")]
    [InlineData("{unevaluatedProperties: false}", "schema.unevaluatedProperties: is not supported here")]
    [InlineData("5", "schema: must be a schema")]
    public void What_is_no_schema_is_a_problem_of_the_playbook(string schema, string expected) =>
        Assert.Contains(Compiling.Errors($$"""{"schema": {{Yaml(schema)}}, "workflow": [{"step": "only"}]}"""), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void A_keyword_that_nobody_knows_is_a_warning() =>
        Assert.Contains("schema.requird: warning: is not a keyword of JSON Schema (did you mean required?)", Assert.Single(Compiling.Warnings("""{"schema": {"requird": ["a"]}, "workflow": [{"step": "only"}]}""")), StringComparison.Ordinal);

    [Fact]
    public void An_expression_that_would_take_for_ever_elsewhere_is_matched_at_once() =>
        Assert.Single(Check("{properties: {v: {pattern: '^(a+)+$'}}}", $$"""{"v": "{{new string('a', 5000)}}b"}"""));

    private static IReadOnlyList<string> Check(string schema, string workload)
    {
        var plan = Compiling.Plan($$"""{"schema": {{Yaml(schema)}}, "workflow": [{"step": "only"}]}""");
        return [.. plan.Schema!.Check(plan.Workload, Compiling.Json(workload), s_now).Select(finding => finding.ToString())];
    }

    /// <summary>Short flow YAML as JSON: names get quotes, single quotes become double ones.</summary>
    private static string Yaml(string text) => FlowText.ToJson(text);
}
