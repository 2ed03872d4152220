using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>Steps of many evaluations together, and what ends one before its bound.</summary>
public sealed class StepTests
{
    private const string Long = "{% for x in range(1000000) %}{% endfor %}";

    [Fact]
    public void A_cancelled_token_ends_an_evaluation_under_way()
    {
        using var stop = new CancellationTokenSource();
        var turns = 0;
        var variables = new Watched(() =>
        {
            if (++turns == 100) stop.Cancel();
        });
        var context = new EvaluationContext { Stop = stop.Token };

        Assert.Throws<OperationCanceledException>(() => Evaluating.Parse("{% for x in range(1000000) %}{{ seen }}{% endfor %}").TryEvaluate(variables, context, out _, out _));
        Assert.InRange(turns, 100, 5000);
    }

    [Fact]
    public void A_cancelled_token_ends_a_sort_too()
    {
        var context = new EvaluationContext { Stop = new CancellationToken(canceled: true) };

        Assert.Throws<OperationCanceledException>(() => Evaluating.Parse("{{ range(100000) | sort(reverse=true) | first }}").TryEvaluate(new Variables(), context, out _, out _));
    }

    [Fact]
    public void An_evaluation_that_takes_longer_than_is_given_here_has_no_outcome_yet()
    {
        var context = new EvaluationContext { PauseAfterSteps = 100_000 };

        Assert.Throws<EvaluationPausedException>(() => Evaluating.Parse(Long).TryEvaluate(new Variables(), context, out _, out _));
    }

    [Fact]
    public void Evaluations_share_what_they_may_take_together()
    {
        var context = new EvaluationContext { MaxStepsTogether = 1_500_000 };
        var template = Evaluating.Parse(Long);

        Assert.True(template.TryEvaluate(new Variables(), context, out _, out _));
        Assert.False(context.IsSpent);
        Assert.False(template.TryEvaluate(new Variables(), context, out _, out var error));
        Assert.Equal(TemplateErrorKind.TooManySteps, error.Kind);
        Assert.True(context.IsSpent);
        Assert.False(Evaluating.Parse("{{ 'a' ~ 'b' }}").TryEvaluate(new Variables(), context, out _, out _));
    }

    [Fact]
    public void Many_small_evaluations_count_as_one_large_one()
    {
        var context = new EvaluationContext { PauseAfterSteps = 100_000 };
        var template = Evaluating.Parse("{{ range(1000) | sum }}");

        Assert.Throws<EvaluationPausedException>(() =>
        {
            for (var turn = 0; turn < 1000; turn++) template.TryEvaluate(new Variables(), context, out _, out _);
        });
    }

    private sealed class Watched(Action seen) : IVariables
    {
        public IEnumerable<string> Names => ["seen"];

        public bool TryGet(string name, out Value value)
        {
            seen();
            value = Value.From(1);
            return true;
        }
    }
}
