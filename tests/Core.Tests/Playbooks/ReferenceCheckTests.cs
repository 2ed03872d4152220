using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class ReferenceCheckTests
{
    private const string Http = """ "tool": {"kind": "http", "url": "http://x/"} """;

    [Theory]
    [InlineData(Http + """ , "retry": {"on_error": {"when": "{{ nosuch.x == 1 }}"}} """, "retry.on_error.when")]
    [InlineData(Http + """ , "retry": {"when": "nosuch.x == 1"} """, "retry.when")]
    [InlineData(Http + """ , "retry": {"onSuccess": {"while": "false", "next": {"endpoint": "{{ nosuch }}"}}} """, "retry.onSuccess.next.endpoint")]
    [InlineData(Http + """ , "loop": {"collection": [1], "until": "nosuch"} """, "loop.until")]
    [InlineData(Http + """ , "loop": {"collection": "{{ nosuch }}"} """, "loop.collection")]
    [InlineData(Http + """ , "loop": {"in": [1], "sort": ["{{ nosuch }}"]} """, "loop.sort[0]")]
    [InlineData(Http + """ , "loop": {"in": [1], "aggregate": {"a": "{{ nosuch }}"}} """, "loop.aggregate.a")]
    [InlineData(Http + """ , "input": {"a": ["{{ nosuch }}"]} """, "input.a[0]")]
    [InlineData(Http + """ , "save": {"tool": "http", "endpoint": "{{ nosuch }}"} """, "save.endpoint")]
    [InlineData(Http + """ , "case": [{"when": "event.name == 'call.error' and nosuch", "then": {"retry": true}}] """, "case[0].when")]
    [InlineData(Http + """ , "case": [{"when": "true", "then": [{"set": {"a": "{{ nosuch }}"}}]}] """, "case[0].then[0].set.a")]
    [InlineData(""" "tool": {"kind": "http", "url": "http://x/", "headers": {"A": "{{ nosuch }}"}} """, "tool.headers.A")]
    [InlineData(""" "tool": "http", "endpoint": "{{ nosuch }}" """, "endpoint")]
    [InlineData(""" "vars": {"a": "{{ nosuch }}"} """, "vars.a")]
    [InlineData(""" "next": [{"when": "nosuch", "then": "only"}] """, "next[0].when")]
    public void An_unknown_name_is_told_once_and_at_the_key_that_reads_it(string keys, string field) => Assert.Equal(
        [$"workflow[0].{field}: warning: reads 'nosuch', which is neither a step nor a known name."],
        Compiling.Warnings(Compiling.OneStep(keys)).Where(warning => warning.Contains("nosuch", StringComparison.Ordinal)));

    [Theory]
    [InlineData(""" "tool": "http", "url": "http://x/", "auth": "TOKN" """, "auth")]
    [InlineData(""" "tool": {"kind": "http", "url": "http://x/", "auth": {"secret": "TOKN"}} """, "tool.auth")]
    [InlineData(Http + """ , "save": {"tool": "http", "url": "http://x/", "auth": "TOKN"} """, "save.auth")]
    [InlineData(Http + """ , "case": [{"when": "true", "then": {"sink": {"tool": "http", "url": "http://x/", "auth": "TOKN"}}}] """, "case[0].then.sink.auth")]
    [InlineData(""" "tool": {"kind": "http", "url": "http://x/{{ secret.TOKN }}"} """, "tool.url")]
    public void A_secret_that_is_not_declared_is_told_at_the_key_that_names_it(string keys, string field) => Assert.Equal(
        [$"workflow[0].{field}: names the secret 'TOKN', which secrets does not declare (did you mean TOKEN?); no worker would have it."],
        Compiling.Errors($$$"""{"secrets": [{"name": "TOKEN", "secretKeyRef": {"name": "a", "key": "b"}}], "workflow": [{"step": "only", {{{keys}}} }]}"""));
}
