using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Operators, loosest first, each level calling the next tighter one.</summary>
internal sealed partial class Parser
{
    private static readonly Dictionary<string, Comparison> Comparisons = new(StringComparer.Ordinal)
    {
        ["=="] = Comparison.Equal,
        ["!="] = Comparison.NotEqual,
        ["<"] = Comparison.Less,
        ["<="] = Comparison.LessOrEqual,
        [">"] = Comparison.Greater,
        [">="] = Comparison.GreaterOrEqual,
    };

    /// <summary><c>a</c>, or <c>a, b</c>, which is a list.</summary>
    private Expression TupleOrExpression()
    {
        var position = Current.Position;
        var first = Conditional();
        if (!Current.Is(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (TryTake(",") && StartsExpression())
        {
            items.Add(Conditional());
        }

        return new ListExpression(position, [.. items]);
    }

    private bool StartsExpression() =>
        Current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
        || Current.Is("(") || Current.Is("[") || Current.Is("{") || Current.Is("-") || Current.Is("+");

    private Expression Conditional()
    {
        Enter();
        var position = Current.Position;
        var expression = Or();
        while (TryTakeName("if"))
        {
            var condition = Or();
            var otherwise = TryTakeName("else") ? Conditional() : null;
            expression = new ConditionalExpression(position, condition, expression, otherwise);
        }

        Leave();
        return expression;
    }

    private Expression Or()
    {
        var left = And();
        while (Current.IsName("or"))
        {
            var position = Take().Position;
            left = new OrExpression(position, left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (Current.IsName("and"))
        {
            var position = Take().Position;
            left = new AndExpression(position, left, Not());
        }

        return left;
    }

    private Expression Not()
    {
        if (!Current.IsName("not"))
        {
            return Compared();
        }

        Enter();
        var position = Take().Position;
        var negation = new NotExpression(position, Not());
        Leave();
        return negation;
    }

    private Expression Compared()
    {
        var position = Current.Position;
        var first = Sum();
        List<Comparison>? comparisons = null;
        List<Expression>? operands = null;
        while (TakeComparison() is { } comparison)
        {
            (comparisons ??= []).Add(comparison);
            (operands ??= []).Add(Sum());
        }

        return comparisons is null ? first : new ComparisonExpression(position, first, [.. comparisons], [.. operands!]);
    }

    private Comparison? TakeComparison()
    {
        if (Current.Kind == TokenKind.Operator && Comparisons.TryGetValue(Current.Text, out var comparison))
        {
            Take();
            return comparison;
        }

        if (TryTakeName("in"))
        {
            return Comparison.In;
        }

        if (TryTakeName("contains"))
        {
            return Comparison.Contains;
        }

        if (Current.IsName("not") && tokens[_place + 1].IsName("in"))
        {
            _place += 2;
            return Comparison.NotIn;
        }

        return null;
    }

    private Expression Sum()
    {
        var left = Concatenation();
        while (Current.Is("+") || Current.Is("-"))
        {
            var token = Take();
            var operation = token.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = new BinaryExpression(token.Position, operation, left, Concatenation());
        }

        return left;
    }

    private Expression Concatenation()
    {
        var position = Current.Position;
        var first = Product();
        if (!Current.Is("~"))
        {
            return first;
        }

        var parts = new List<Expression> { first };
        while (TryTake("~"))
        {
            parts.Add(Product());
        }

        return new ConcatenationExpression(position, [.. parts]);
    }

    private Expression Product()
    {
        var left = Power();
        while (Current.Kind == TokenKind.Operator && ProductOperator(Current.Text) is { } operation)
        {
            var position = Take().Position;
            left = new BinaryExpression(position, operation, left, Power());
        }

        return left;
    }

    private static BinaryOperator? ProductOperator(string symbol) => symbol switch
    {
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "//" => BinaryOperator.FloorDivide,
        "%" => BinaryOperator.Modulo,
        _ => null,
    };

    private Expression Power()
    {
        var left = Unary(withFilters: true);
        while (Current.Is("**"))
        {
            var position = Take().Position;
            left = new BinaryExpression(position, BinaryOperator.Power, left, Unary(withFilters: true));
        }

        return left;
    }

    private Expression Unary(bool withFilters)
    {
        var position = Current.Position;
        Expression expression;
        if (Current.Is("-") || Current.Is("+"))
        {
            Enter();
            var isNegative = Take().Text == "-";
            expression = Signed(position, Unary(withFilters: false), isNegative);
            Leave();
        }
        else
        {
            expression = Postfix(Primary());
        }

        return withFilters ? Filters(expression) : expression;
    }

    private static Expression Signed(int position, Expression operand, bool isNegative) =>
        operand is LiteralExpression { Value: { Kind: ValueKind.Integer or ValueKind.Float } value } && isNegative
            ? new LiteralExpression(position, value.AsWritten is { } written ? written.Negate() : value.IsFloat ? Value.From(-value.FloatBits) : Value.From(-Arithmetic.Integer(value)))
            : new SignExpression(position, operand, isNegative);
}
