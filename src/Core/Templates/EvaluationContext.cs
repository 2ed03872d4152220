using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates;

/// <summary>
/// What evaluations share besides variables: the instant that <c>now()</c> means, the bounds, and counters.
/// One context serves any number of evaluations, also from several threads at once.
/// </summary>
public sealed class EvaluationContext
{
    private Frame? _idle;
    private long _undefinedConditions;

    /// <summary>The instant of the execution: <c>now()</c> gives it, whenever the template is evaluated.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The bounds of evaluation.</summary>
    public TemplateOptions Options { get; init; } = TemplateOptions.Default;

    /// <summary>Time since some fixed moment, for <see cref="TemplateOptions.MaxDuration"/>; null means that time is not bounded.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>Conditions that were false only because they asked for an attribute, arithmetic or order of something undefined.</summary>
    public long UndefinedConditions => Interlocked.Read(ref _undefinedConditions);

    internal void CountUndefinedCondition() => Interlocked.Increment(ref _undefinedConditions);

    // Frames are reused, so that evaluating a small condition allocates nothing; a nested or parallel evaluation makes its own.
    internal Frame Enter(IVariables variables)
    {
        var frame = Interlocked.Exchange(ref _idle, value: null) ?? new Frame(this);
        frame.Begin(variables);
        return frame;
    }

    internal void Leave(Frame frame)
    {
        frame.End();
        Volatile.Write(ref _idle, frame);
    }
}
