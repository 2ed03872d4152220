using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

/// <summary>Secrets stay where workers are: whoever lets the operator evaluate one is told, whichever way it came there.</summary>
public sealed class SecretCheckTests
{
    private static string Spec(string step) => $$$"""
        {"secrets": [{"name": "TOKEN", "secretKeyRef": {"name": "api", "key": "token"}}],
         "workload": {"url": "http://x/{{ secret.TOKEN }}", "deep": "{{ workload.url }}?q", "plain": "p"},
         "workflow": [{"step": "a", "tool": {"kind": "http", "url": "http://u"}, "args": {"t": "{{ workload.deep }}", "p": "{{ workload.plain }}"}, {{{step}}} }, {"step": "b"}]}
        """;

    [Theory]
    [InlineData(""" "next": [{"when": "secret.TOKEN == 'x'", "then": "b"}] """, "workflow[0].next: reads the secret-bearing 'secret.TOKEN'")]
    [InlineData(""" "next": [{"step": "b", "args": {"x": "{{ workload.deep }}"}}] """, "workflow[0].next: reads the secret-bearing 'workload.deep'")]
    [InlineData(""" "vars": {"x": "{{ workload.url }}"} """, "workflow[0].vars: reads the secret-bearing 'workload.url'")]
    [InlineData(""" "vars": {"x": "{{ args.t }}"} """, "workflow[0].vars: reads the secret-bearing 'args.t'")]
    [InlineData(""" "vars": {"x": "{{ args }}"} """, "workflow[0].vars: reads the secret-bearing 'args'")]
    [InlineData(""" "case": [{"when": "args.t", "then": {"fail": "x"}}] """, "workflow[0].case[0].when: reads the secret-bearing 'args.t'")]
    [InlineData(""" "case": [{"when": "true", "then": {"set": {"x": "{{ secret.TOKEN }}"}}}] """, "workflow[0].case[0].then: reads the secret-bearing")]
    [InlineData(""" "case": [{"when": "true", "then": {"result": "{{ workload }}"}}] """, "workflow[0].case[0].then: reads the secret-bearing 'workload'")]
    [InlineData(""" "loop": {"in": "{{ [secret.TOKEN] }}"} """, "workflow[0].loop.in: reads the secret-bearing")]
    [InlineData(""" "loop": {"in": [1], "where": "workload.deep"} """, "workflow[0].loop.where: reads the secret-bearing")]
    public void Where_the_operator_evaluates_a_secret_is_a_problem(string step, string expected) =>
        Assert.Contains(Compiling.Errors(Spec(step)), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData(""" "vars": {"x": "{{ args.p }}"} """)]
    [InlineData(""" "sink": {"tool": "http", "url": "{{ args.t }}", "auth": "TOKEN"}, "retry": {"when": "error.message != secret.TOKEN"} """)]
    public void Where_a_worker_evaluates_it_is_none(string step) => Assert.Empty(Compiling.Errors(Spec(step)));

    [Theory]
    [InlineData("http", """ {"secret": "TOKEN", "type": "postgres"} """, "workflow[0].tool.auth.type: must be bearer, basic, header, not 'postgres'.")]
    [InlineData("http", """ {"secret": "TOKEN", "type": "header"} """, "workflow[0].tool.auth.header: is required by type header")]
    [InlineData("http", """ {"type": "basic"} """, "workflow[0].tool.auth.secret: is required")]
    [InlineData("http", """ {"secret": "TOKEN", "name": "x"} """, "workflow[0].tool.auth.name: is not a known key")]
    [InlineData("http", """ 7 """, "workflow[0].tool.auth: must be the name of a secret")]
    [InlineData("http", """ ["TOKEN"] """, "workflow[0].tool.auth: must be the name of a secret")]
    [InlineData("postgres", """ {"secret": "TOKEN", "type": "bearer"} """, "workflow[0].tool.auth.type: must be postgres, not 'bearer'.")]
    public void What_is_wrong_with_auth_is_told_before_anything_runs(string kind, string auth, string expected)
    {
        var spec = $$$"""{"secrets": [{"name": "TOKEN", "secretKeyRef": {"name": "a", "key": "b"}}], "workflow": [{"step": "a", "tool": {"kind": "{{{kind}}}", "url": "http://u", "query": "q", "auth": {{{auth}}} } }]}""";
        Assert.Contains(Compiling.Errors(kind == "http" ? spec.Replace(""" "query": "q",""", "", StringComparison.Ordinal) : spec.Replace(""" "url": "http://u",""", "", StringComparison.Ordinal)), error => error.StartsWith(expected, StringComparison.Ordinal));
    }
}
