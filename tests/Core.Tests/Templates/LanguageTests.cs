using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>What the language adds to Jinja2 and Liquid, and the templates of the first playbooks.</summary>
public sealed class LanguageTests
{
    private const string Context = """
        {"workload": {"field": [1], "endpoints": [{"name": "assessments", "path": "/api/v1/assessments", "page_size": 10}], "server_url": "http://api"},
         "endpoint": {"path": "/users", "page_size": 15, "name": "users"}, "secret": {"PAGINATED_API_URL": "http://s"}, "event": {"name": "call.done"},
         "response": {"paging": {"hasMore": true, "page": 1}}, "result": {"data": [1, 2, 3]}, "execution_id": "42", "loop": {"index": 0, "length": 2}}
        """;

    [Theory]
    [InlineData("{{ response.paging.hasMore == true }}", "true")]
    [InlineData("{{ workload.endpoints }}", """[{"name":"assessments","path":"/api/v1/assessments","page_size":10}]""")]
    [InlineData("{{ workload.field }}", "[1]")]
    [InlineData("{{ secret.PAGINATED_API_URL }}", "\"http://s\"")]
    [InlineData("{{ event.name == 'call.done' }}", "true")]
    [InlineData("{{ workload.server_url }}{{ endpoint.path }}", "\"http://api/users\"")]
    [InlineData("{{ endpoint.page_size }}", "15")]
    [InlineData("{{ (response.paging.page | int) + 1 }}", "2")]
    [InlineData("{{ result.data | length }}", "3")]
    [InlineData("{{ loop.index }}", "0")]
    [InlineData("{{ loop.length }}", "2")]
    [InlineData("{{ execution_id }}", "\"42\"")]
    public void The_templates_of_the_first_playbooks_give_what_their_documents_say(string template, string expected)
    {
        Assert.Equal(expected, Normal(Evaluating.Json(template, Context)));
    }

    [Theory]
    [InlineData("{{ response.paging.hasMore == true }}", "{\"response\": {\"paging\": {\"hasMore\": true}}}", true)]
    [InlineData("{{ response.paging.hasMore == true }}", "{\"response\": {\"paging\": {\"hasMore\": false}}}", false)]
    [InlineData("{{ response.paging.hasMore == true }}", "{\"response\": {\"data\": []}}", false)]
    [InlineData("{{ event.name == 'call.done' }}", "{\"event\": {\"name\": \"call.done\"}}", true)]
    [InlineData("event.name == 'call.done'", "{\"event\": {\"name\": \"call.error\"}}", false)]
    [InlineData("{{ event.name == 'call.done' }}", "{}", false)]
    public void The_conditions_of_the_first_playbooks_are_true_when_their_documents_say(string condition, string context, bool expected)
    {
        Assert.Equal(expected, Evaluating.Test(condition, context));
    }

    [Theory]
    [InlineData("{{ now() }}", "\"2026-01-31T12:30:05Z\"")]
    [InlineData("{{ now() | date('%d.%m.%Y') }}", "\"31.01.2026\"")]
    [InlineData("{{ now() | timestamp }}", "1769862605")]
    [InlineData("{{ '2026-01-31T14:30:05+02:00' | timestamp }}", "1769862605")]
    [InlineData("{{ 1769862605 | date }}", "\"2026-01-31T12:30:05Z\"")]
    [InlineData("{{ 'soon' | timestamp }}", "error Type: 'soon' is not an instant such as 2026-01-31T12:00:00Z")]
    [InlineData("{{ 'abc' | sha256 }}", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"")]
    [InlineData("{{ 'héllo' | b64encode }}", "\"aMOpbGxv\"")]
    [InlineData("{{ 'aMOpbGxv' | b64decode }}", "\"héllo\"")]
    [InlineData("{{ '%%' | b64decode }}", "error Type: the text is not base64")]
    [InlineData("{{ '{\"a\": [1, 2.0]}' | fromjson }}", "{\"a\":[1,2.0]}")]
    [InlineData("{{ '{' | fromjson is defined }}", "error Type: the text is not JSON: something else is wanted at line 1, byte 2")]
    [InlineData("{{ {'b': 1, 'a': [1]} | tojson(indent=2) }}", "\"{\\n  \\\"a\\\": [\\n    1\\n  ],\\n  \\\"b\\\": 1\\n}\"")]
    [InlineData("{{ 'a1b22' | regex_replace('[0-9]+', '#') }}", "\"a#b#\"")]
    [InlineData("{{ 'John Smith' | regex_replace('(\\\\w+) (\\\\w+)', '\\\\2 $1 \\\\1') }}", "\"Smith $1 John\"")]
    [InlineData("{{ 'abc 123' | regex_search('[0-9]+') }}", "\"123\"")]
    [InlineData("{{ 'abc' | regex_search('[0-9]+') }}", "null")]
    [InlineData("{{ 'yes' | bool }}", "true")]
    [InlineData("{{ 'off' | bool }}", "false")]
    [InlineData("{{ {'a': 1} | keys }}", "[\"a\"]")]
    [InlineData("{{ {'a': 1} | values }}", "[1]")]
    public void Filters_beyond_Jinja2(string template, string expected)
    {
        Assert.Equal(expected, Evaluating.Json(template, "{}"));
    }

    [Theory]
    [InlineData("{{ 'a' | default: 'y' }}", "\"a\"")]
    [InlineData("{{ '' | default: 'y' }}", "\"y\"")]
    [InlineData("{{ '' | default('y') }}", "\"\"")]
    [InlineData("{{ [1, 2] | join }}", "\"12\"")]
    [InlineData("{{ 'a,b' | split: ',' | join: '-' }}", "\"a-b\"")]
    public void The_colon_spelling_has_the_meaning_of_Liquid(string template, string expected)
    {
        Assert.Equal(expected, Evaluating.Json(template));
    }

    [Theory]
    [InlineData("{\"template\": \"{{ a + 1 }}\", \"context\": {\"a\": 1}}", "{\"value\":2}")]
    [InlineData("{\"template\": \"{{ 1 / 4 }}\"}", "{\"value\":0.25}")]
    [InlineData("{\"template\": \"x\", \"context\": [1]}", "{\"error\":\"'context' is a map, found a list\"}")]
    [InlineData("{\"context\": {}}", "{\"error\":\"the line has no string 'template'\"}")]
    [InlineData("{\"template\": \"{{ zz }}\"}", "{\"error\":\"'zz' is undefined\",\"line\":1,\"column\":4,\"kind\":\"UnknownName\"}")]
    public void A_line_of_a_stream_is_answered_by_a_line(string line, string expected)
    {
        Assert.Equal(expected, TemplateEvaluation.AnswerLine(line, Value.Undefined, Evaluating.Context()));
        Assert.Equal("{\"value\":3}", TemplateEvaluation.AnswerLine("{\"template\": \"{{ a }}\"}", Value.Parse("{\"a\": 3}"), Evaluating.Context()));
        Assert.StartsWith("{\"error\"", TemplateEvaluation.AnswerLine("not json", Value.Undefined, Evaluating.Context()), StringComparison.Ordinal);
    }

    private static string Normal(string json) => json.Replace(": ", ":", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal);
}
