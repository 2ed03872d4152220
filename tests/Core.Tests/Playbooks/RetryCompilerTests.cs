using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class RetryCompilerTests
{
    private static IReadOnlyList<string> Errors(string retry) =>
        Compiling.Errors(Compiling.OneStep($""" "tool": "http", "url": "http://x/", "retry": {retry} """));

    [Fact]
    public void Without_its_condition_the_other_keys_of_pagination_are_no_less_known() => Assert.Equal(
        ["workflow[0].retry.on_success.while: is required: the condition that asks for another page."],
        Errors("""{"on_success": {"max_attempts": 2, "next_call": {"params": {"a": 1}}, "collect": {"path": "data"}, "per_iteration": {"sink": {"tool": "http", "url": "http://x"}}}}"""));

    [Fact]
    public void Without_its_condition_the_other_keys_of_pagination_are_judged_all_the_same() => Assert.Contains(
        "workflow[0].retry.on_success.collect.strategy: must be append, replace or merge, not 'all'.", Errors("""{"on_success": {"collect": {"strategy": "all"}}}"""));

    [Theory]
    [InlineData("""{"max_attempts": 2, "on_success": {"while": "false"}}""", "max_attempts")]
    [InlineData("""{"maxAttempts": 2, "onError": {"when": "true"}}""", "maxAttempts")]
    [InlineData("""{"when": "true", "on_success": {"while": "false"}}""", "when")]
    public void Keys_of_the_short_form_beside_the_long_one_are_told_where_they_belong(string retry, string key) => Assert.Equal(
        [$"workflow[0].retry.{key}: stands under on_error once on_error or on_success is there: on_error: {{{key}: …}}."], Errors(retry));
}
