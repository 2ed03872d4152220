using System.Text;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Writes nodes back as source, with as few parentheses as the grammar needs.</summary>
internal sealed class Printer
{
    private readonly StringBuilder _text = new();

    public static string Print(Expression expression)
    {
        var printer = new Printer();
        expression.Print(printer);
        return printer.ToString();
    }

    public Printer Write(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>An operand, in parentheses when it binds more loosely than its place needs.</summary>
    public Printer Operand(Expression expression, int binding)
    {
        if (expression.Binding >= binding)
        {
            expression.Print(this);
            return this;
        }

        _text.Append('(');
        expression.Print(this);
        _text.Append(')');
        return this;
    }

    public Printer Expression(Expression expression) => Operand(expression, Precedence.Conditional);

    public Printer Separated(IReadOnlyList<Expression> expressions, string separator = ", ")
    {
        for (var place = 0; place < expressions.Count; place++)
        {
            _text.Append(place > 0 ? separator : string.Empty);
            Expression(expressions[place]);
        }

        return this;
    }

    public Printer Quoted(string text)
    {
        _text.Append('\'');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\'' or '\\' => _text.Append('\\').Append(letter),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                < ' ' => _text.Append("\\x").Append(((int)letter).ToString("x2")),
                _ => _text.Append(letter),
            };
        }

        _text.Append('\'');
        return this;
    }

    public override string ToString() => _text.ToString();
}
