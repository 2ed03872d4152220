using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>The arguments as written: <c>(a, b, key=c, *list, **map)</c>, or <c>: a, b, key: c</c> in the colon spelling.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<KeyValuePair<string, Expression>> Keywords,
    Expression? Star = null,
    Expression? DoubleStar = null)
{
    public static readonly ArgumentList Empty = new([], []);

    public Expression[] All =>
        [.. Positional, .. Keywords.Select(keyword => keyword.Value), .. new[] { Star, DoubleStar }.OfType<Expression>()];

    public void Print(Printer printer, string assign = "=")
    {
        var separator = string.Empty;
        foreach (var positional in Positional)
        {
            printer.Write(separator).Expression(positional);
            separator = ", ";
        }

        foreach (var keyword in Keywords)
        {
            printer.Write(separator).Write(keyword.Key).Write(assign).Expression(keyword.Value);
            separator = ", ";
        }

        PrintSpread("*", Star);
        PrintSpread("**", DoubleStar);

        void PrintSpread(string mark, Expression? spread)
        {
            if (spread is not null)
            {
                printer.Write(separator).Write(mark).Expression(spread);
                separator = ", ";
            }
        }
    }
}

/// <summary>Arguments put to the parameters of a known operation, as far as the source allows; literal ones are evaluated once.</summary>
internal sealed class PreparedArguments
{
    private readonly Operation _operation;
    private readonly ArgumentList _written;
    private readonly BoundArguments<Expression>? _bound;
    private readonly BoundArguments<Value>? _constant;

    public PreparedArguments(Operation operation, ArgumentList written, int position)
    {
        _operation = operation;
        _written = written;
        if (written.Star is null && written.DoubleStar is null)
        {
            _bound = operation.Signature.Bind(operation.Name, written.Positional, written.Keywords, position);
            _constant = written.All.All(argument => argument is LiteralExpression)
                ? Evaluate(_bound, static expression => ((LiteralExpression)expression).Value)
                : null;
        }
    }

    /// <summary>Null when an argument failed on something undefined.</summary>
    public BoundArguments<Value>? Evaluate(Frame frame)
    {
        if (_constant is not null)
        {
            return _constant;
        }

        return _bound is null ? Spread(frame) : EvaluateBound(_bound, frame);
    }

    // Apart from its caller, so that literal arguments do not pay for the closure.
    private static BoundArguments<Value>? EvaluateBound(BoundArguments<Expression> bound, Frame frame)
    {
        var failed = false;
        var values = Evaluate(bound, expression =>
        {
            var value = failed ? default : expression.Evaluate(frame);
            failed |= value.IsFailed;
            return value;
        });
        return failed ? null : values;
    }

    private static BoundArguments<Value> Evaluate(BoundArguments<Expression> bound, Func<Expression, Value> evaluate)
    {
        var slots = new Value[bound.Slots.Length];
        for (var place = 0; place < slots.Length; place++)
        {
            slots[place] = bound.Slots[place] is { } expression ? evaluate(expression) : default;
        }

        return new BoundArguments<Value>(
            slots,
            bound.Rest.Length == 0 ? [] : Array.ConvertAll(bound.Rest, expression => evaluate(expression)),
            bound.Extra.Count == 0 ? [] : [.. bound.Extra.Select(extra => KeyValuePair.Create(extra.Key, evaluate(extra.Value)))]);
    }

    private BoundArguments<Value> Spread(Frame frame)
    {
        var positional = _written.Positional.Select(frame.Demand).ToList();
        var keywords = _written.Keywords.Select(keyword => KeyValuePair.Create(keyword.Key, frame.Demand(keyword.Value))).ToList();
        if (_written.Star is not null)
        {
            positional.AddRange(Sequence.ToArray(frame.Demand(_written.Star), frame));
        }

        if (_written.DoubleStar is not null)
        {
            keywords.AddRange(frame.Demand(_written.DoubleStar).Members);
        }

        return _operation.Signature.Bind(_operation.Name, positional, keywords, frame.Position);
    }
}
