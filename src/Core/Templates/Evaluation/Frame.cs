using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>The state of one running evaluation: variables, names bound by the template itself, work done, text written.</summary>
internal sealed class Frame(EvaluationContext context)
{
    private readonly List<KeyValuePair<string, Value>> _locals = [];
    private readonly bool _isWatched = context.IsWatched;
    private long _stepsLeft;
    private long _nextLook;
    private TimeSpan? _started;
    private string? _plainText;
    private int _scopeStart;
    private Expression? _culprit;
    private Dictionary<string, Value>? _outermost;

    public EvaluationContext Context { get; } = context;

    public TemplateOptions Options => Context.Options;

    public IVariables Variables { get; private set; } = EmptyVariables.Instance;

    /// <summary>Where the operation at work stands in the source: the place of its errors.</summary>
    public int Position { get; set; }

    public void Begin(IVariables variables)
    {
        Variables = variables;
        _stepsLeft = Options.MaxSteps;
        _nextLook = 0;
        _scopeStart = 0;
        _culprit = null;
        if (_isWatched)
        {
            // The clock is read when the first look is due: most evaluations end before.
            _started = null;
            _nextLook = Context.SharesSteps ? _stepsLeft : Math.Max(0, _stepsLeft - EvaluationContext.StepsBetweenLooks);
        }
    }

    /// <summary>Ends the evaluation; gives the steps that it took.</summary>
    public long End()
    {
        Variables = EmptyVariables.Instance;
        _plainText = null;
        _locals.Clear();
        _outermost = null;
        return Options.MaxSteps - Math.Max(0, _stepsLeft);
    }

    /// <summary>Counts work: one step is to cost about as much whatever does it, some tens of nanoseconds.</summary>
    public void Charge(long steps)
    {
        _stepsLeft -= steps;
        if (_stepsLeft < _nextLook)
        {
            Look();
        }
    }

    /// <summary>Whether the evaluation may go on. Called every few thousand steps, and where one step may take long.</summary>
    public void Look()
    {
        if (_stepsLeft < 0)
        {
            throw new TemplateFault(TemplateErrorKind.TooManySteps, $"more than {Options.MaxSteps} steps");
        }

        if (_isWatched)
        {
            _nextLook = Math.Max(0, _stepsLeft - EvaluationContext.StepsBetweenLooks);
            _started = Context.Watch(Options.MaxSteps - _stepsLeft, _started);
        }
    }

    /// <summary>Counts the work of copying or making a text.</summary>
    public void ChargeText(long length) => Charge(1 + (length >> 4));

    /// <summary>Counts the work of looking through a text, which makes nothing.</summary>
    public void ChargeScan(long length) => Charge(length >> 6);

    /// <summary>Counts the work of making a string, or another object, of each character of a text.</summary>
    public void ChargeLetters(long length) => Charge(1 + length);

    /// <summary>Counts the work of arithmetic on integers beyond 64 bits, which grows with the square of their digits.</summary>
    public void ChargeNumbers(Value left, Value right)
    {
        if (left.AsStorage is BigNumber || right.AsStorage is BigNumber)
        {
            Charge(BigNumber.WorkOf(Math.Max(BigNumber.BitsOf(left), BigNumber.BitsOf(right))));
        }
    }

    /// <summary>Whether UTF-16 units are characters in this text, so that a place in it is found at once. Asked again of the same text it costs nothing.</summary>
    public bool IsPlain(string text)
    {
        if (ReferenceEquals(_plainText, text))
        {
            return true;
        }

        ChargeScan(text.Length);
        if (CodePoints.HasSurrogates(text))
        {
            return false;
        }

        _plainText = text;
        return true;
    }

    /// <summary>Characters of a text.</summary>
    public long CountOf(string text)
    {
        if (IsPlain(text))
        {
            return text.Length;
        }

        ChargeText(text.Length);
        return CodePoints.Count(text);
    }

    // ---- names bound by the template ----
    public bool TryGetLocal(string name, out Value value)
    {
        for (var place = _locals.Count - 1; place >= 0; place--)
        {
            if (_locals[place].Key == name)
            {
                value = _locals[place].Value;
                Charge((_locals.Count - place) >> 4);
                return true;
            }
        }

        Charge(_locals.Count >> 4);
        value = default;
        return _outermost is not null && _outermost.TryGetValue(name, out value);
    }

    /// <summary>Opens a scope; hand the result to <see cref="LeaveScope"/>.</summary>
    public (int Start, int Count) EnterScope()
    {
        var mark = (_scopeStart, _locals.Count);
        _scopeStart = _locals.Count;
        return mark;
    }

    public void LeaveScope((int Start, int Count) mark)
    {
        _scopeStart = mark.Start;
        _locals.RemoveRange(mark.Count, _locals.Count - mark.Count);
    }

    /// <summary>Binds a name in the innermost scope.</summary>
    public void Bind(string name, Value value)
    {
        for (var place = _locals.Count - 1; place >= _scopeStart; place--)
        {
            if (_locals[place].Key == name)
            {
                _locals[place] = KeyValuePair.Create(name, value);
                return;
            }
        }

        _locals.Add(KeyValuePair.Create(name, value));
    }

    /// <summary>Binds a name for the rest of the template, as Liquid's assign does.</summary>
    public void BindOutermost(string name, Value value)
    {
        var place = _locals.FindLastIndex(local => local.Key == name);
        if (place >= 0)
        {
            _locals[place] = KeyValuePair.Create(name, value);
            return;
        }

        _outermost ??= new Dictionary<string, Value>(StringComparer.Ordinal);
        _outermost[name] = value;
    }

    // ---- undefined ----

    /// <summary>Records which expression was undefined where an operation needed a value; the result to return.</summary>
    public Value FailUndefined(Expression culprit, int position)
    {
        _culprit = culprit;
        Position = position;
        return Value.Failed;
    }

    /// <summary>The error behind <see cref="Value.Failed"/>.</summary>
    public TemplateFault UndefinedFault() =>
        new(TemplateErrorKind.UndefinedOperation, UndefinedPhrase.Of(_culprit, this), Position);

    /// <summary>Evaluates where a value is needed at once.</summary>
    public Value Demand(Expression expression)
    {
        var value = expression.Evaluate(this);
        return value.IsFailed ? throw UndefinedFault() : value;
    }

    // ---- building ----

    /// <summary>The text form; something undefined is an error.</summary>
    public string Text(Value value)
    {
        if (value.AsString is { } text)
        {
            return text;
        }

        if (value.Kind == ValueKind.Undefined)
        {
            // "a if b" is the usual way to print something or nothing.
            if (value.AsStorage is Missing { Expression: ConditionalExpression })
            {
                return string.Empty;
            }

            throw new TemplateFault(TemplateErrorKind.UnknownName, UndefinedPhrase.Of((value.AsStorage as Missing)?.Expression, this));
        }

        if (value.Kind is ValueKind.List or ValueKind.Map)
        {
            return Json(value);
        }

        ChargeNumbers(value, default);
        return value.ToText();
    }

    /// <summary>The compact JSON of a list or map, within bounds.</summary>
    private string Json(Value value)
    {
        ResultSize.Check(value, this);
        var text = new System.Text.StringBuilder();
        JsonText.Append(text, value, Options.MaxOutputLength);
        CheckTextLength(text.Length);
        ChargeText(text.Length * 4L);
        return text.ToString();
    }

    /// <summary>A text that a template built, within bounds.</summary>
    public Value Built(string text)
    {
        CheckTextLength(text.Length);
        ChargeText(text.Length);
        return Value.From(text);
    }

    public void CheckTextLength(long length)
    {
        if (length > Options.MaxOutputLength)
        {
            throw new TemplateFault(TemplateErrorKind.OutputTooLong, $"more than {Options.MaxOutputLength} characters of text");
        }
    }

    /// <summary>A list that a template built, within bounds.</summary>
    public Value Built(Value[] items)
    {
        CheckCollectionSize(items.Length);
        Charge(1 + items.Length);
        return CheckDepth(new ArrayValue(items));
    }

    /// <summary>A map that a template built, within bounds.</summary>
    public Value Built(ICollection<KeyValuePair<string, Value>> members)
    {
        CheckCollectionSize(members.Count);
        Charge(1 + members.Count);
        return CheckDepth(EntryMap.From(members));
    }

    public void CheckCollectionSize(long count)
    {
        if (count > Options.MaxCollectionSize)
        {
            throw new TemplateFault(TemplateErrorKind.CollectionTooLarge, $"more than {Options.MaxCollectionSize} elements");
        }
    }

    public Value CheckDepth(Storage storage) => storage.Depth <= Options.SafeDepth
        ? new Value(storage)
        : throw new TemplateFault(TemplateErrorKind.TooDeep, $"values nest deeper than {Options.SafeDepth}");

    private sealed class EmptyVariables : IVariables
    {
        public static readonly EmptyVariables Instance = new();

        public IEnumerable<string> Names => [];

        public bool TryGet(string name, out Value value)
        {
            value = default;
            return false;
        }
    }
}
