using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

/// <summary>What stands written out in a tool's settings is judged before anything runs, as whoever reads it would.</summary>
public sealed class SettingShapeTests
{
    private static string Spec(string tool, string beside = "") => $$$"""
        {"secrets": [{"name": "DB", "secretKeyRef": {"name": "db", "key": "url"}}], "workload": {"x": 1},
         "workflow": [{"step": "only", "tool": {{{{tool}}} } {{{beside}}} }]}
        """;

    private static string Http(string keys) => $$""" "kind": "http", {{(keys.Contains("\"url\"", StringComparison.Ordinal) ? "" : "\"url\": \"http://x/\", ")}}{{keys}} """;

    private static string Postgres(string keys) => $$""" "kind": "postgres", "auth": "DB", {{(keys.Contains("\"query\"", StringComparison.Ordinal) ? "" : "\"query\": \"SELECT 1\", ")}}{{keys}} """;

    private static string Container(string keys) => $$""" "kind": "container", {{(keys.Contains("\"image\"", StringComparison.Ordinal) ? "" : "\"image\": \"box\", ")}}{{keys}} """;

    private static void IsTold(string tool, string expected) =>
        Assert.Contains(Compiling.Errors(Spec(tool)), error => error.StartsWith($"workflow[0].tool.{expected}", StringComparison.Ordinal));

    private static void IsFine(string tool) => Assert.Empty(Compiling.Errors(Spec(tool)));

    [Theory]
    [InlineData(""" "url": 5 """, "url: must be an absolute http or https URL, such as https://example.com/items, not 5.")]
    [InlineData(""" "url": "example.com/items" """, "url: must be an absolute http or https URL, such as https://example.com/items, not the string 'example.com/items'.")]
    [InlineData(""" "url": "/items" """, "url: must be an absolute http or https URL")]
    [InlineData(""" "url": {"host": "x"} """, "url: must be an absolute http or https URL, such as https://example.com/items, not a map.")]
    [InlineData(""" "method": ["GET"] """, "method: must be an HTTP method such as GET, not a list.")]
    [InlineData(""" "method": "GET it" """, "method: must be an HTTP method such as GET, not the string 'GET it'.")]
    [InlineData(""" "headers": "x" """, "headers: must be a map from a header's name to its value, not the string 'x'.")]
    [InlineData(""" "headers": {"a b": 1} """, "headers.a b: 'a b' is not the name of a header.")]
    [InlineData(""" "headers": {"A": "x\ny"} """, "headers.A: has a line break")]
    [InlineData(""" "params": "a=1" """, "params: must be a map from a parameter's name to its value, such as {page: 1}, not the string 'a=1'.")]
    [InlineData(""" "timeout": "abc" """, "timeout: must be a duration above zero: seconds as a number, or text such as 500ms, 2s or 1h30m, not the string 'abc'.")]
    [InlineData(""" "timeout": 0 """, "timeout: must be a duration above zero")]
    [InlineData(""" "timeout": [1] """, "timeout: must be a duration above zero")]
    [InlineData(""" "followRedirects": "maybe" """, "followRedirects: must be true or false, not the string 'maybe'.")]
    [InlineData(""" "follow_redirects": 1 """, "follow_redirects: must be true or false, not 1.")]
    [InlineData(""" "maxResponseBytes": "many" """, "maxResponseBytes: must be an integer from 1 to 1073741824, not the string 'many'.")]
    [InlineData(""" "maxResponseBytes": 0 """, "maxResponseBytes: must be an integer from 1 to")]
    public void What_http_could_not_use_is_told(string keys, string expected) => IsTold(Http(keys), expected);

    [Theory]
    [InlineData(""" "query": ["SELECT 1"] """, "query: must be an SQL statement, not a list.")]
    [InlineData(""" "query": "" """, "query: must be an SQL statement, not the string ''.")]
    [InlineData(""" "params": 5 """, "params: must be a list for $1, $2, … or a map for @name, not 5.")]
    [InlineData(""" "maxRows": -1 """, "maxRows: must be an integer from 1 to 1000000, not -1.")]
    [InlineData(""" "timeout": true """, "timeout: must be a duration above zero")]
    public void What_postgres_could_not_use_is_told(string keys, string expected) => IsTold(Postgres(keys), expected);

    [Fact]
    public void Postgres_needs_to_be_told_whose_database_it_is() =>
        IsTold(""" "kind": "postgres", "query": "SELECT 1" """, "auth: is required by the tool postgres: the name of the secret with the connection string.");

    [Theory]
    [InlineData(""" "cmds": {"a": 1} """, "cmds: must be a command, or a list of commands, each a text that is not empty, not a map.")]
    [InlineData(""" "cmds": 5 """, "cmds: must be a command")]
    [InlineData(""" "cmds": [] """, "cmds: must be a command, or a list of commands, not an empty list.")]
    [InlineData(""" "cmds": ["true", 5] """, "cmds[1]: must be a command: a text that is not empty, not 5.")]
    [InlineData(""" "cmd": "  " """, "cmd: must be a command")]
    [InlineData(""" "cmds": "true", "env": ["A"] """, "env: must be a map from name to value, not a list.")]
    [InlineData(""" "cmds": "true", "env": {"1A": 2} """, "env.1A: '1A' is not the name of a variable")]
    public void What_the_shell_could_not_use_is_told(string keys, string expected) => IsTold($"\"kind\": \"shell\", {keys}", expected);

    [Theory]
    [InlineData(""" "image": ["box"] """, "image: must be the name of an image, not a list.")]
    [InlineData(""" "command": "echo hello" """, "command: must be a list of words, such as [sh, -c, \"echo hello\"], not the string 'echo hello'.")]
    [InlineData(""" "args": {"a": 1} """, "args: must be a list of words, such as [sh, -c, \"echo hello\"], not a map.")]
    [InlineData(""" "env": ["A=1"] """, "env: must be a map from name to value, or a list of {name, value}; one of its entries is the string 'A=1'.")]
    [InlineData(""" "resources": {"memory": "1Gi"} """, "resources.memory: is not a known key (did you mean limits: {memory: …}?)")]
    [InlineData(""" "resources": {"limits": {"memory": "lots"}} """, "resources.limits.memory: must be a quantity such as 500m or 256Mi, not the string 'lots'.")]
    [InlineData(""" "serviceAccountName": {} """, "serviceAccountName: must be the name of a service account, not a map.")]
    [InlineData(""" "timeout": "soon" """, "timeout: must be a duration above zero")]
    public void What_a_container_could_not_use_is_told(string keys, string expected) => IsTold(Container(keys), expected);

    [Theory]
    [InlineData(""" "name": ["child"] """, "name: must be the name of a playbook, not a list.")]
    [InlineData(""" "name": "child", "args": [1] """, "args: must be a map from name to value, not a list.")]
    [InlineData(""" "name": "child", "return_step": {} """, "return_step: must be the name of a step of the child, not a map.")]
    public void What_a_child_could_not_use_is_told(string keys, string expected) => IsTold($"\"kind\": \"playbook\", {keys}", expected);

    [Fact]
    public void All_that_workers_accept_stays_accepted()
    {
        IsFine(Http(""" "url": " HTTPS://x/y ", "method": "get", "headers": {"A": 1, "B": null, "C": ["x", true], "D": {}}, "params": {"a": [1, null], "b": null}, "body": [1], "timeout": "1h30m", "followRedirects": "True", "maxResponseBytes": "1000" """));
        IsFine(Http(""" "timeout": 0.5, "auth": null, "headers": {}, "method": null, "payload": 7, "followRedirects": true, "maxResponseBytes": 1 """));
        IsFine(Postgres(""" "params": {"a": {}}, "maxRows": "10", "timeout": "30" """));
        IsFine(Postgres(""" "command": "SELECT 1", "params": [1, null, [2]] """.Replace("\"command\": \"SELECT 1\", ", "", StringComparison.Ordinal)));
        IsFine(""" "kind": "shell", "cmd": ["a", "b"], "env": {"_A1": [1], "B": null} """);
        IsFine(Container(""" "command": ["sh", 5], "args": [true], "env": [{"name": "A", "value": 1}], "resources": {"requests": {"cpu": 0.5}, "limits": {"memory": 1000000, "cpu": "500m"}}, "timeout": "5" """));
        IsFine(Container(""" "env": {"A": 1, "B": null}, "resources": {} """));
        IsFine(""" "kind": "playbook", "path": "x/y", "args": {} """);
    }

    [Fact]
    public void What_a_template_gives_is_known_when_it_runs()
    {
        IsFine(Http(""" "url": "{{ workload.x }}/items", "method": "{{ workload.x }}", "headers": "{{ workload.x }}", "params": {"a": "{{ workload.x }}"}, "timeout": "{{ workload.x }}s", "followRedirects": "{{ workload.x }}", "maxResponseBytes": "{{ workload.x }}" """));
        IsFine(Postgres(""" "query": "{{ workload.x }}", "params": "{{ workload.x }}", "maxRows": "{{ workload.x }}" """));
        IsFine(""" "kind": "shell", "cmds": ["{{ workload.x }}", "echo {{ workload.x }}"], "env": "{{ workload.x }}" """);
        IsFine(""" "kind": "shell", "cmds": "{{ workload.x }}" """);
        IsFine(Container(""" "image": "{{ workload.x }}", "env": "{{ workload.x }}", "resources": {"limits": "{{ workload.x }}"}, "serviceAccount": "{{ workload.x }}" """));
    }

    [Fact]
    public void The_flat_form_is_told_where_it_stands() =>
        Assert.Contains(
            "workflow[0].max_rows: must be an integer from 1 to 1000000, not -1.",
            Compiling.Errors(Compiling.OneStep(""" "tool": "postgres", "auth": "DB", "query": "SELECT 1", "max_rows": -1 """)));

    [Fact]
    public void A_workbook_entry_is_told_once_and_where_it_stands() => Assert.Equal(
        ["workbook.get.tool.timeout: must be a duration above zero: seconds as a number, or text such as 500ms, 2s or 1h30m, not the string 'x'."],
        Compiling.Errors("""{"workbook": {"get": {"tool": {"kind": "http", "url": "http://x", "timeout": "x"}}}, "workflow": [{"step": "a", "tool": "workbook", "name": "get"}]}"""));

    [Theory]
    [InlineData(""" {"params": "a"} """, "params: must be a map from a parameter's name")]
    [InlineData(""" {"headers": ["a"]} """, "headers: must be a map from a header's name")]
    [InlineData(""" {"endpoint": 5} """, "endpoint: must be a URL, not 5.")]
    public void What_the_next_page_could_not_use_is_told(string next, string expected) => Assert.Contains(
        Compiling.Errors(Spec(Http(""" "method": "GET" """), $$$""", "retry": {"on_success": {"while": "true", "next_call": {{{next}}} } }""")),
        error => error.StartsWith($"workflow[0].retry.on_success.next_call.{expected}", StringComparison.Ordinal));
}
