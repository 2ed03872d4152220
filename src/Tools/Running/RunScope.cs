using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>The names that the templates of one piece of work see, the secrets it has read and the doubts it has met.</summary>
internal sealed class RunScope(IVariables given, EvaluationContext templates, SecretScope secrets, LateInputs? late = null)
{
    private static readonly CallOutcome s_noCall = new();
    private static readonly Value s_callDone = Value.Map([new("name", Value.From("call.done"))]);
    private static readonly Value s_callError = Value.Map([new("name", Value.From("call.error"))]);

    private readonly Variables _variables = new(given);
    private readonly Value _givenArgs = given.TryGet("args", out var args) ? args : Value.Undefined;
    private List<string>? _texts;
    private HashSet<string>? _askedFor;
    private long _warnings;

    public IVariables Variables => _variables;

    public EvaluationContext Templates => templates;

    public SecretScope Secrets => secrets;

    /// <summary>Conditions and limits that were let pass, the templates' own count included.</summary>
    public long Warnings => _warnings + templates.UndefinedConditions;

    public void Warn(long count = 1) => _warnings += count;

    /// <summary>Those warnings that are told as sentences; null: none.</summary>
    public IReadOnlyList<string>? WarningTexts => _texts;

    /// <summary>Counts a warning and tells it; one that is told already is only counted.</summary>
    public void Warn(string sentence)
    {
        _warnings++;
        _texts ??= [];
        if (_texts.Count < WorkLimits.MaxWarningTexts && !_texts.Contains(sentence, StringComparer.Ordinal)) _texts.Add(sentence);
    }

    public void Bind(string name, Value value) => _variables.Set(name, value);

    public Value Read(string name) => _variables.TryGet(name, out var value) ? value : Value.Undefined;

    /// <summary>The step's own <c>args</c> lie over those that it was entered with.</summary>
    public void BindArgs(Value own) => Bind("args", RequestMerge.Maps(_givenArgs, own, StringComparer.Ordinal));

    public void BindOutcome(CallOutcome outcome)
    {
        Bind("response", outcome.Response.Kind == ValueKind.Undefined ? Value.Absent : outcome.Response);
        Bind("status_code", outcome.Status is { } status ? Value.From((long)status) : Value.Absent);
        Bind("headers", outcome.Headers.Kind == ValueKind.Undefined ? Value.Absent : outcome.Headers);
        Bind("links", outcome.Links.Kind == ValueKind.Undefined ? Value.Absent : outcome.Links);
    }

    /// <summary>The number of the page; without pages 1, where no step of that name shows.</summary>
    public void BindPage(int? page)
    {
        if (page is { } number) Bind("page", Value.From((long)number));
        else if (!given.TryGet("page", out var step) || step.Kind == ValueKind.Null) Bind("page", Value.From(1L));
    }

    /// <summary>Before another attempt: what the one before came to, and was answered, is no longer true.</summary>
    public void ForgetAttempt()
    {
        BindOutcome(s_noCall);
        Bind("event", Value.Absent);
        Bind("result", Value.Absent);
        BindNoError();
    }

    /// <summary>Nothing has failed here: in the step of <c>onExit</c> the workflow's own error shows again.</summary>
    public void BindNoError() => Bind("error", given.TryGet("error", out var workflow) ? workflow : Value.Absent);

    /// <summary>How a call ended, and what it gave.</summary>
    public void BindEnd(bool failed, Value result)
    {
        Bind("event", failed ? s_callError : s_callDone);
        Bind("result", failed ? Value.Absent : result);
        if (!failed) BindNoError();
    }

    public void BindError(WorkError error) => Bind("error", Value.Map([
        new("kind", Value.From(error.Kind)),
        new("message", Value.From(error.Message)),
        new("status", error.Status is { } status ? Value.From((long)status) : Value.Null),
        new("code", Value.From(error.Code)),
        new("retryable", Value.From(error.Retryable)),
    ]));

    /// <summary>Whether there are results that have to be asked for before templates that name them are rendered.</summary>
    public bool HasLateInputs => late is not null;

    /// <summary>Asks for the results that these references name and that are not there yet. Null: all are there now.</summary>
    public async ValueTask<WorkError?> NeedAsync(IEnumerable<TemplateReference> references, CancellationToken cancellationToken)
    {
        if (late is null) return null;
        foreach (var name in references.Select(reference => reference.Root).Distinct(StringComparer.Ordinal))
        {
            if (!late.Has(name) || !(_askedFor ??= new(StringComparer.Ordinal)).Add(name)) continue;
            var (value, error) = await late.ReadAsync(name, cancellationToken);
            if (error is not null) return error;
            Bind(name, value);
        }

        return null;
    }

    /// <summary>A condition that cannot be evaluated is false, and counted.</summary>
    public bool Test(Template condition)
    {
        if (condition.TryTest(_variables, templates, out var result, out _)) return result;
        Warn();
        return false;
    }
}
