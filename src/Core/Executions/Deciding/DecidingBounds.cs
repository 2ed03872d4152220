using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>How much one decision may take of the thread it is made on. What templates it evaluates counts in steps; see <see cref="TemplateOptions.MaxSteps"/>.</summary>
public sealed record DecidingBounds
{
    /// <summary>Steps of all templates of one decision together: a few seconds. The template that needs more fails.</summary>
    public const long MaxSteps = 50_000_000;

    /// <summary>Steps after which a decision rests: what it has decided is appended, and others get their turn.</summary>
    internal const long RestAfterSteps = 1_000_000;

    /// <summary>No pause, no clock, nothing that stops it.</summary>
    public static DecidingBounds Default { get; } = new();

    /// <summary>Steps after which the decision is given up as <see cref="Decisions.IsTooLong"/>, to be made again where there is time; null: never.</summary>
    public long? PauseAfterSteps { get; init; }

    /// <summary>Ends the decision with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Time since some fixed moment, for the time limit in <see cref="Templates"/>; null: time is not bounded.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>The bounds of each evaluation.</summary>
    public TemplateOptions Templates { get; init; } = TemplateOptions.Default;

    internal EvaluationContext ContextAt(DateTimeOffset now) => new()
    {
        Now = now,
        Options = Templates,
        Elapsed = Elapsed,
        Stop = Stop,
        PauseAfterSteps = PauseAfterSteps,
        MaxStepsTogether = MaxSteps,
    };
}
