using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class SinkCompilerTests
{
    private static string Spec(string sink, string key = "sink") =>
        $$$"""{"secrets": [{"name": "DB", "secretKeyRef": {"name": "db", "key": "url"}}], "workflow": [{"step": "only", "tool": {"kind": "noop"}, "{{{key}}}": {{{sink}}} }]}""";

    [Theory]
    [InlineData("sink", "url", "body")]
    [InlineData("save", "endpoint", "payload")]
    public void The_http_sink_takes_the_names_of_the_http_tool(string key, string url, string body)
    {
        var sink = Compiling.Plan(Spec($$"""{"tool": "http", "{{url}}": "http://x/", "{{body}}": {"a": 1} }""", key)).Steps[0].Task!.Sink!;
        Assert.Equal(["url", "body"], sink.Settings.Members.Select(member => member.Key));
    }

    [Fact]
    public void One_key_in_two_names_is_told() => Assert.Contains(
        Compiling.Errors(Spec("""{"tool": "http", "url": "http://x/", "endpoint": "http://y/"}""")),
        error => error.StartsWith("workflow[0].sink.endpoint: says the same as another key", StringComparison.Ordinal));

    [Theory]
    [InlineData("http", """ "data": 1 """, "url: is required by the sink http.")]
    [InlineData("http", """ "endpoint": 5 """, "endpoint: must be an absolute http or https URL")]
    [InlineData("http", """ "url": "http://x", "headers": ["a"] """, "headers: must be a map from a header's name")]
    [InlineData("http", """ "url": "http://x", "timeout": "soon" """, "timeout: must be a duration above zero")]
    [InlineData("http", """ "url": "http://x", "auth": {"secret": "DB", "type": "postgres"} """, "auth.type: must be bearer, basic, header")]
    [InlineData("postgres", """ "table": "t", "data": {"a": 1} """, "auth: is required: the name of the secret with the connection string.")]
    [InlineData("postgres", """ "auth": "DB", "table": ["t"], "data": {"a": 1} """, "table: must be a table's name, or schema.table, not a list.")]
    [InlineData("postgres", """ "auth": "DB", "table": "t", "data": "a" """, "data: must be a map from column to value, or a list of such maps, not the string 'a'.")]
    [InlineData("postgres", """ "auth": "DB", "table": "t", "data": {} """, "data: must be a map from column to value, or a list of such maps, not an empty map.")]
    [InlineData("postgres", """ "auth": "DB", "table": "t", "data": [{"a": 1}, 5] """, "data[1]: must be a map from column to value, not 5.")]
    [InlineData("postgres", """ "auth": "DB", "table": "t", "data": {"a": 1}, "mode": "upsert", "key": [1] """, "key[0]: must be a column's name, not 1.")]
    [InlineData("postgres", """ "auth": "DB", "table": "t", "data": {"a": 1}, "mode": "replace" """, "key: is required by mode replace")]
    [InlineData("postgres", """ "auth": "DB", "statement": 5 """, "statement: must be an SQL statement, not 5.")]
    [InlineData("postgres", """ "auth": "DB", "statement": "SELECT 1", "params": "a" """, "params: must be a list for $1, $2, … or a map for @name, not the string 'a'.")]
    public void What_a_sink_could_not_use_is_told(string tool, string keys, string expected) => Assert.Contains(
        Compiling.Errors(Spec($$"""{"tool": "{{tool}}", {{keys}} }""")), error => error.StartsWith($"workflow[0].sink.{expected}", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"tool": "postgres", "auth": "DB", "table": "a.b", "mode": "upsert", "key": ["x", "y"], "data": [{"x": 1, "y": [2]}]}""")]
    [InlineData("""{"tool": "postgres", "auth": "DB", "table": "t", "data": []}""")]
    [InlineData("""{"tool": "postgres", "auth": "{{ args.a }}", "table": "{{ args.a }}", "mode": "upsert", "key": "{{ args.a }}", "data": "{{ result }}"}""")]
    [InlineData("""{"tool": "postgres", "auth": "DB", "statement": "SELECT $1", "params": [null]}""")]
    [InlineData("""{"tool": "http", "url": "http://x/{{ args.a }}", "body": null, "data": 5, "timeout": "2s", "auth": {"secret": "DB", "type": "header", "header": "X"}}""")]
    public void What_sinks_take_stays_accepted(string sink) => Assert.Empty(Compiling.Errors(Spec(sink)));
}
