using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class ConditionTests
{
    private const string Context = """{"a": {"b": 1}, "n": null, "s": "x", "event": {"name": "call.done"}, "response": {"paging": {"hasMore": true}}}""";

    [Theory]
    [InlineData("event.name == 'call.done'", true)]
    [InlineData("{{ event.name == 'call.done' }}", true)]
    [InlineData("  {{ response.paging.hasMore == true }}\n", true)]
    [InlineData("not missing", true)]
    [InlineData("missing", false)]
    [InlineData("missing == missing", true)]
    [InlineData("missing == none", false)]
    [InlineData("n == null", true)]
    [InlineData("missing is defined", false)]
    [InlineData("missing | default(true)", true)]
    public void Conditions_are_bare_or_wrapped_and_the_undefined_is_falsy(string condition, bool expected)
    {
        Assert.Equal(expected, ConditionResult(condition, out var undefined));
        Assert.Equal(0, undefined);
    }

    [Theory]
    [InlineData("missing.name == 'x'")]
    [InlineData("not missing.name")]
    [InlineData("missing > 3")]
    [InlineData("missing + 1 == 1 or true")]
    [InlineData("true and (missing * 2 < 5 or s == 'x')")]
    [InlineData("a.x.y")]
    [InlineData("[missing.name]")]
    [InlineData("s | replace(missing.x, 'y') == 'x'")]
    [InlineData("missing | upper == 'X'")]
    [InlineData("missing | int == 0")]
    [InlineData("missing.items()")]
    [InlineData("-missing")]
    [InlineData("'x' if missing.y else 'z'")]
    public void An_operation_on_the_undefined_makes_the_whole_condition_false_and_is_counted(string condition)
    {
        Assert.False(ConditionResult(condition, out var undefined));
        Assert.Equal(1, undefined);
    }

    [Theory]
    [InlineData("s < 1")]
    [InlineData("1 / 0")]
    [InlineData("s | nosuch")]
    [InlineData("{{ s }} == 'x'")]
    [InlineData("")]
    public void Other_mistakes_in_a_condition_are_errors(string condition)
    {
        var context = Evaluating.Context();
        var isTested = Template.TryParseCondition(condition, context.Options, out var template, out var error)
            && template.TryTest(new Variables().Set("s", Value.From("x")), context, out _, out error);

        Assert.False(isTested);
        Assert.NotNull(error);
        Assert.Equal(0, context.UndefinedConditions);
    }

    private static bool ConditionResult(string condition, out long undefined)
    {
        var result = Evaluating.Test(condition, Context, out var evaluation);
        undefined = evaluation.UndefinedConditions;
        return result;
    }
}
