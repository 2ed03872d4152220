using System.Globalization;
using System.Numerics;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;
using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Literals, names, brackets and what may follow them: members, indexes, calls, filters, tests.</summary>
internal sealed partial class Parser
{
    private const int MaxIntegerDigits = 4300;

    // Inside [ ] and { } a colon has its own meaning, so Liquid's spelling of filters is read outside of them only.
    private bool _colonFilters = true;

    private Expression Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return NamedPrimary(token);
            case TokenKind.String:
                return StringPrimary();
            case TokenKind.Integer:
                Take();
                return new LiteralExpression(token.Position, Integer(token));
            case TokenKind.Float:
                Take();
                return new LiteralExpression(token.Position, WrittenNumber.Read(Encoding.ASCII.GetBytes(token.Text), isLiteral: true));
            case TokenKind.Operator when token.Text is "(" or "[" or "{":
                return Bracketed(token);
            default:
                throw Unexpected("an expression");
        }
    }

    private Expression NamedPrimary(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new LiteralExpression(token.Position, Value.True);
            case "false" or "False":
                return new LiteralExpression(token.Position, Value.False);
            case "none" or "None":
                return new LiteralExpression(token.Position, Value.Null);
            case "and" or "or" or "not" or "in" or "is" or "if" or "else" or "contains":
                throw new TemplateFault(TemplateErrorKind.Syntax, $"expected an expression, found '{token.Text}'", token.Position);
        }

        if (Current.Is("("))
        {
            var function = Functions.Table.Find(token.Text) ?? throw new TemplateFault(
                TemplateErrorKind.UnknownOperation,
                $"there is no function '{token.Text}'{Phrase.DidYouMean(token.Text, Functions.Table.Names)}",
                token.Position);
            return new CallExpression(token.Position, function, Arguments());
        }

        var name = new NameExpression(token.Position, token.Text);
        _names.Add(name);
        return name;
    }

    private LiteralExpression StringPrimary()
    {
        var token = Take();
        var text = token.Text;
        while (Current.Kind == TokenKind.String)
        {
            text += Take().Text;
        }

        return new LiteralExpression(token.Position, Value.From(text));
    }

    private static Value Integer(Token token)
    {
        var text = token.Text;
        if (text.Length > MaxIntegerDigits)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, $"an integer has at most {MaxIntegerDigits} digits", token.Position);
        }

        if (text.Length < 2 || char.IsAsciiDigit(text[1]))
        {
            return Value.From(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        }

        var (radix, number) = (char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, _ => 2 }, BigInteger.Zero);
        foreach (var digit in text.AsSpan(2))
        {
            number = (number * radix) + int.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        return Value.From(number);
    }

    private Expression Bracketed(Token token)
    {
        var outer = _colonFilters;
        _colonFilters = token.Text == "(";
        Take();
        var expression = token.Text switch
        {
            "(" => Parenthesised(token.Position),
            "[" => ListLiteral(token.Position),
            _ => MapLiteral(token.Position),
        };
        _colonFilters = outer;
        return expression;
    }

    private Expression Parenthesised(int position)
    {
        if (TryTake(")"))
        {
            return new ListExpression(position, []);
        }

        var expression = TupleOrExpression();
        if (TryTake(".."))
        {
            // Liquid's range includes its end.
            var end = new BinaryExpression(position, BinaryOperator.Add, Conditional(), new LiteralExpression(position, Value.From(1)));
            expression = new CallExpression(position, Functions.Table.Find("range")!, new ArgumentList([expression, end], []));
        }

        Expect(")");
        return expression;
    }

    private ListExpression ListLiteral(int position)
    {
        var items = new List<Expression>();
        while (!TryTake("]"))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (TryTake("]"))
                {
                    break;
                }
            }

            items.Add(Conditional());
        }

        return new ListExpression(position, [.. items]);
    }

    private MapExpression MapLiteral(int position)
    {
        var members = new List<KeyValuePair<Expression, Expression>>();
        while (!TryTake("}"))
        {
            if (members.Count > 0)
            {
                Expect(",");
                if (TryTake("}"))
                {
                    break;
                }
            }

            var key = Conditional();
            Expect(":");
            members.Add(KeyValuePair.Create(key, Conditional()));
        }

        return new MapExpression(position, [.. members]);
    }

    private Expression Postfix(Expression expression)
    {
        while (true)
        {
            if (Current.Is("."))
            {
                expression = Dotted(expression);
            }
            else if (Current.Is("["))
            {
                expression = Subscript(expression);
            }
            else if (Current.Is("("))
            {
                throw new TemplateFault(TemplateErrorKind.Syntax, "only functions and methods can be called", Current.Position);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression Dotted(Expression target)
    {
        var position = Take().Position;
        var name = Take();
        if (name.Kind == TokenKind.Integer)
        {
            return new IndexExpression(position, target, new LiteralExpression(name.Position, Integer(name)));
        }

        if (name.Kind != TokenKind.Name)
        {
            _place--;
            throw Unexpected("a name after the dot");
        }

        return Current.Is("(")
            ? new MethodExpression(name.Position, target, name.Text, Arguments())
            : new MemberExpression(name.Position, target, name.Text);
    }

    private Expression Subscript(Expression target)
    {
        var outer = _colonFilters;
        _colonFilters = false;
        var position = Take().Position;
        var start = Current.Is(":") ? null : TupleOrExpression();
        Expression expression;
        if (Current.Is(":"))
        {
            var stop = Part();
            expression = new SliceExpression(position, target, start, stop, Current.Is(":") ? Part() : null);
        }
        else
        {
            expression = new IndexExpression(position, target, start!);
        }

        Expect("]");
        _colonFilters = outer;
        return expression;

        Expression? Part()
        {
            Expect(":");
            return Current.Is(":") || Current.Is("]") ? null : Conditional();
        }
    }

    private ArgumentList Arguments()
    {
        var outer = _colonFilters;
        _colonFilters = true;
        Expect("(");
        var positional = new List<Expression>();
        var keywords = new List<KeyValuePair<string, Expression>>();
        Expression? star = null, doubleStar = null;
        for (var isFirst = true; !TryTake(")"); isFirst = false)
        {
            if (!isFirst)
            {
                Expect(",");
                if (TryTake(")"))
                {
                    break;
                }
            }

            if (TryTake("**"))
            {
                doubleStar = Conditional();
            }
            else if (TryTake("*"))
            {
                star = Conditional();
            }
            else
            {
                Argument(positional, keywords, "=");
            }
        }

        _colonFilters = outer;
        return new ArgumentList(positional, keywords, star, doubleStar);
    }

    private void Argument(List<Expression> positional, List<KeyValuePair<string, Expression>> keywords, string assign)
    {
        if (Current.Kind == TokenKind.Name && tokens[_place + 1].Is(assign))
        {
            var name = Take().Text;
            Take();
            keywords.Add(KeyValuePair.Create(name, assign == "=" ? Conditional() : Unary(withFilters: false)));
            return;
        }

        if (keywords.Count > 0 && assign == "=")
        {
            throw Unexpected("a keyword argument");
        }

        positional.Add(assign == "=" ? Conditional() : Unary(withFilters: false));
    }

    private Expression Filters(Expression expression)
    {
        while (true)
        {
            if (TryTake("|"))
            {
                expression = Filter(expression);
            }
            else if (Current.IsName("is"))
            {
                expression = Test(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    private FilterExpression Filter(Expression target)
    {
        var name = Current;
        ExpectName("the name of a filter");
        var isColon = _colonFilters && Current.Is(":");
        var filter = Filtering.Find(name.Text, isColon) ?? throw new TemplateFault(
            TemplateErrorKind.UnknownOperation,
            $"there is no filter '{name.Text}'{Phrase.DidYouMean(name.Text, Filtering.Names)}",
            name.Position);
        if (!isColon)
        {
            return new FilterExpression(name.Position, target, filter, Current.Is("(") ? Arguments() : ArgumentList.Empty, isColon: false);
        }

        var positional = new List<Expression>();
        var keywords = new List<KeyValuePair<string, Expression>>();
        do
        {
            Take();
            Argument(positional, keywords, ":");
        }
        while (Current.Is(","));
        return new FilterExpression(name.Position, target, filter, new ArgumentList(positional, keywords), isColon: true);
    }

    private TestExpression Test(Expression target)
    {
        Take();
        var isNegated = TryTakeName("not");
        var name = Current;
        ExpectName("the name of a test");
        var test = Tests.Table.Find(name.Text) ?? throw new TemplateFault(
            TemplateErrorKind.UnknownOperation,
            $"there is no test '{name.Text}'{Phrase.DidYouMean(name.Text, Tests.Table.Names)}",
            name.Position);
        return new TestExpression(name.Position, target, test, TestArguments(), isNegated);
    }

    private ArgumentList TestArguments()
    {
        if (Current.Is("("))
        {
            return Arguments();
        }

        if (Current.IsName("is"))
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, "tests cannot be chained with 'is'", Current.Position);
        }

        var isName = Current.Kind == TokenKind.Name
            && Current.Text is not ("else" or "or" or "and" or "if" or "in" or "not" or "contains" or "limit" or "offset" or "reversed");
        return isName || Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{")
            ? new ArgumentList([Postfix(Primary())], [])
            : ArgumentList.Empty;
    }
}
