using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class ErrorTests
{
    private const string Context = """{"workload": {"endpoints": [1], "server_url": "u"}, "s": "x"}""";

    [Theory]
    [InlineData("{{ workloda.endpoints }}", "'workloda' is undefined; did you mean 'workload'?")]
    [InlineData("{{ workload.endpionts }}", "'workload.endpionts' is undefined; did you mean 'endpoints'?")]
    [InlineData("{{ workload['endpoint'] }}", "did you mean 'endpoints'?")]
    [InlineData("x {{ zzzzzz }}", "'zzzzzz' is undefined")]
    [InlineData("{{ s.x }}", "'s.x' is undefined: a string has no members")]
    [InlineData("{{ s | uper }}", "there is no filter 'uper'; did you mean 'upper'?")]
    [InlineData("{{ s is defind }}", "there is no test 'defind'; did you mean 'defined'?")]
    [InlineData("{{ rang(3) }}", "there is no function 'rang'; did you mean 'range'?")]
    [InlineData("{{ s.uper() }}", "a string has no method 'uper'; did you mean 'upper'?")]
    [InlineData("{% fi s %}", "there is no tag 'fi'")]
    [InlineData("{{ s + 1 }}", "+ does not work on a string and an integer")]
    [InlineData("{{ s.append(1) }}", "values are immutable")]
    [InlineData("{{ s | replace('a') }}", "'replace' needs an argument 'new'")]
    [InlineData("{{ s | upper(1) }}", "'upper' takes no arguments, found 1")]
    [InlineData("{{ s | join(nope=1) }}", "'join' has no parameter 'nope'")]
    [InlineData("{{ [workload.nope] }}", "'workload.nope' is undefined")]
    public void Errors_say_what_was_found_and_name_the_nearest_known_name(string template, string message)
    {
        Assert.Contains(message, Evaluating.Error(template, Context).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ zzz }}", 1, 4)]
    [InlineData("line one\nand {{ zzz }}", 2, 8)]
    [InlineData("a\n\n  {{ 1 + }}", 3, 10)]
    [InlineData("{% if s %}\n{{ s }}", 2, 8)]
    [InlineData("{{ 'abc }}", 1, 4)]
    public void Errors_give_line_and_column(string template, int line, int column)
    {
        var error = Evaluating.Error(template, Context);

        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Equal(template, error.Template);
    }

    [Theory]
    [InlineData("{{ (((1))) }}", TemplateErrorKind.TooDeep)]
    [InlineData("{{ 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 }}", TemplateErrorKind.SourceTooLong)]
    [InlineData("{% for x in range(2000) %}{% endfor %}", TemplateErrorKind.TooManySteps)]
    [InlineData("{{ 'a' * 200 }}", TemplateErrorKind.OutputTooLong)]
    [InlineData("{{ range(200) | list }}", TemplateErrorKind.CollectionTooLarge)]
    [InlineData("{{ [1] * 200 }}", TemplateErrorKind.CollectionTooLarge)]
    [InlineData("{{ [[[[1]]]] }}", TemplateErrorKind.TooDeep)]
    [InlineData("{{ 2 ** 99999999999 }}", TemplateErrorKind.Arithmetic)]
    public void Every_bound_has_its_own_error(string template, TemplateErrorKind kind)
    {
        var options = new TemplateOptions { MaxSourceLength = 50, MaxDepth = 3, MaxSteps = 1000, MaxOutputLength = 100, MaxCollectionSize = 100 };

        Assert.Equal(kind, Evaluating.Error(template, "{}", options).Kind);
    }

    [Fact]
    public void Time_is_bounded_through_the_clock_of_the_context()
    {
        var ticks = 0;
        var context = new EvaluationContext
        {
            Options = new TemplateOptions { MaxDuration = TimeSpan.FromSeconds(5) },
            Elapsed = () => TimeSpan.FromSeconds(ticks++),
        };

        var isEvaluated = Evaluating.Parse("{% for x in range(1000000) %}{% endfor %}").TryEvaluate(new Variables(), context, out _, out var error);

        Assert.False(isEvaluated);
        Assert.Equal(TemplateErrorKind.TimedOut, error!.Kind);
    }
}
