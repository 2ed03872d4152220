using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>a and b</c>: the first false operand, else the last one.</summary>
internal sealed class AndExpression(int position, Expression left, Expression right) : Expression(position, left, right)
{
    public override int Binding => Precedence.And;

    public override Value Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return value.IsTruthy ? right.Evaluate(frame) : value;
    }

    public override void Print(Printer printer) => printer.Operand(left, Binding).Write(" and ").Operand(right, Binding + 1);
}

/// <summary><c>a or b</c>: the first true operand, else the last one.</summary>
internal sealed class OrExpression(int position, Expression left, Expression right) : Expression(position, left, right)
{
    public override int Binding => Precedence.Or;

    public override Value Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return value.IsTruthy || value.IsFailed ? value : right.Evaluate(frame);
    }

    public override void Print(Printer printer) => printer.Operand(left, Binding).Write(" or ").Operand(right, Binding + 1);
}

internal sealed class NotExpression(int position, Expression operand) : Expression(position, operand)
{
    public override int Binding => Precedence.Not;

    public override Value Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        return value.IsFailed ? value : Value.From(!value.IsTruthy);
    }

    public override void Print(Printer printer) => printer.Write("not ").Operand(operand, Binding);
}

/// <summary><c>a if condition else b</c>; without else it is undefined where the condition is false.</summary>
internal sealed class ConditionalExpression : Expression
{
    private readonly Expression _condition;
    private readonly Expression _then;
    private readonly Expression? _else;
    private readonly Value _missing;

    public ConditionalExpression(int position, Expression condition, Expression then, Expression? otherwise)
        : base(position, otherwise is null ? [condition, then] : [condition, then, otherwise])
    {
        _condition = condition;
        _then = then;
        _else = otherwise;
        _missing = new Value(new Missing(this));
    }

    public override int Binding => Precedence.Conditional;

    public override Value Evaluate(Frame frame)
    {
        var condition = _condition.Evaluate(frame);
        if (condition.IsFailed)
        {
            return condition;
        }

        return condition.IsTruthy ? _then.Evaluate(frame) : _else?.Evaluate(frame) ?? _missing;
    }

    public override void Print(Printer printer)
    {
        printer.Operand(_then, Precedence.Or).Write(" if ").Operand(_condition, Precedence.Or);
        if (_else is not null)
        {
            printer.Write(" else ").Operand(_else, Precedence.Conditional);
        }
    }
}

/// <summary><c>-a</c> and <c>+a</c>.</summary>
internal sealed class SignExpression(int position, Expression operand, bool isNegative) : Expression(position, operand)
{
    public override int Binding => Precedence.Sign;

    public override Value Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        if (value.IsFailed)
        {
            return value;
        }

        if (value.Kind == ValueKind.Undefined)
        {
            return frame.FailUndefined(operand, Position);
        }

        frame.Position = Position;
        if (!Values.Arithmetic.IsNumber(value))
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"{Values.Phrase.A(value)} has no sign");
        }

        if (value.AsWritten is { } written)
        {
            return isNegative ? written.Negate() : value;
        }

        if (value.IsFloat)
        {
            return Value.From(isNegative ? -value.FloatBits : value.FloatBits);
        }

        var number = Values.Arithmetic.Integer(value);
        return Value.From(isNegative ? -number : number);
    }

    public override void Print(Printer printer) => printer.Write(isNegative ? "-" : "+")
        .Operand(operand, operand.Binding == Precedence.Filter ? Precedence.Postfix : Precedence.Sign);
}
