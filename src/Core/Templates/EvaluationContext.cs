using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates;

/// <summary>
/// What evaluations share besides variables: the instant that <c>now()</c> means, the bounds, what may stop them, and counters.
/// One context serves any number of evaluations, also from several threads at once.
/// </summary>
public sealed class EvaluationContext
{
    /// <summary>Steps between two looks at the clock, the token and the bounds of the whole context: a fraction of a millisecond.</summary>
    internal const long StepsBetweenLooks = 4096;

    private Frame? _idle;
    private long _evaluations;
    private long _undefinedConditions;
    private long _steps;

    /// <summary>The instant of the execution: <c>now()</c> gives it, whenever the template is evaluated.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The bounds of each evaluation.</summary>
    public TemplateOptions Options { get; init; } = TemplateOptions.Default;

    /// <summary>Time since some fixed moment, for <see cref="TemplateOptions.MaxDuration"/>; null means that time is not bounded.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>Ends the evaluation under way, and any later one, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Steps that all evaluations of this context may take together; what is more is an error of the one that takes them. Null: each has its own.</summary>
    public long? MaxStepsTogether { get; init; }

    /// <summary>
    /// Steps after which an evaluation of this context is broken off with an <see cref="EvaluationPausedException"/>, because what is longer has another
    /// place; null: never.
    /// </summary>
    public long? PauseAfterSteps { get; init; }

    /// <summary>Conditions that were false only because they asked for an attribute, arithmetic or order of something undefined.</summary>
    public long UndefinedConditions => Interlocked.Read(ref _undefinedConditions);

    /// <summary>
    /// Templates with blocks that were evaluated, failed evaluations included. Counted without synchronization, since it is asked for each of them:
    /// where several threads use one context, some may be missing.
    /// </summary>
    public long Evaluations => Volatile.Read(ref _evaluations);

    /// <summary>Steps of the evaluations that have ended.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>True when nothing more can be evaluated: <see cref="MaxStepsTogether"/> are taken.</summary>
    public bool IsSpent => Steps > MaxStepsTogether;

    internal bool IsWatched => Stop.CanBeCanceled || SharesSteps
        || (Elapsed is not null && Options.MaxDuration is not null);

    /// <summary>Counts work beside evaluations that belongs to them, such as that of an exception.</summary>
    public void Charge(long steps) => Interlocked.Add(ref _steps, steps);

    internal void CountUndefinedCondition() => Interlocked.Increment(ref _undefinedConditions);

    internal bool SharesSteps => MaxStepsTogether is not null || PauseAfterSteps is not null;

    /// <summary>Whether an evaluation that has taken so many steps may go on; gives the moment from which its time counts, null where it is not bounded.</summary>
    internal TimeSpan? Watch(long steps, TimeSpan? started)
    {
        Stop.ThrowIfCancellationRequested();
        var together = Steps + steps;
        if (together > PauseAfterSteps)
        {
            throw new EvaluationPausedException();
        }

        if (together > MaxStepsTogether)
        {
            throw new TemplateFault(TemplateErrorKind.TooManySteps, $"more than {MaxStepsTogether} steps together with the templates before it");
        }

        if (Options.MaxDuration is not { } most || Elapsed is null)
        {
            return null;
        }

        var now = Elapsed();
        return now - started > most ? throw new TemplateFault(TemplateErrorKind.TimedOut, $"longer than {most}") : started ?? now;
    }

    // Frames are reused, so that evaluating a small condition allocates nothing; a nested or parallel evaluation makes its own.
    internal Frame Enter(IVariables variables)
    {
        var frame = Interlocked.Exchange(ref _idle, value: null) ?? new Frame(this);
        frame.Begin(variables);
        _evaluations++;
        return frame;
    }

    internal void Leave(Frame frame)
    {
        var steps = frame.End();
        if (steps > 0)
        {
            Charge(steps);
        }

        Volatile.Write(ref _idle, frame);
    }
}

/// <summary>An evaluation was broken off at <see cref="EvaluationContext.PauseAfterSteps"/>: it has no value and no error yet.</summary>
public sealed class EvaluationPausedException() : Exception("the evaluation takes longer than is given here");
