using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Arithmetic, and what Python's operators do on text and lists.</summary>
internal sealed class BinaryExpression(int position, BinaryOperator operation, Expression left, Expression right)
    : Expression(position, left, right)
{
    private static readonly string[] Signs = [" + ", " - ", " * ", " / ", " // ", " % ", " ** "];

    public override int Binding => operation switch
    {
        BinaryOperator.Add or BinaryOperator.Subtract => Precedence.Sum,
        BinaryOperator.Power => Precedence.Power,
        _ => Precedence.Product,
    };

    public override Value Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (first.IsFailed)
        {
            return first;
        }

        var second = right.Evaluate(frame);
        if (first.IsInlineInteger && second.IsInlineInteger)
        {
            var (a, b) = (first.Bits, second.Bits);
            var sum = unchecked(a + b);
            if (operation == BinaryOperator.Add && ((a ^ sum) & (b ^ sum)) >= 0)
            {
                return Value.From(sum);
            }

            var difference = unchecked(a - b);
            if (operation == BinaryOperator.Subtract && ((a ^ b) & (a ^ difference)) >= 0)
            {
                return Value.From(difference);
            }
        }

        return Other(first, second, frame);
    }

    private Value Other(Value first, Value second, Frame frame)
    {
        if (second.IsFailed)
        {
            return second;
        }

        frame.Position = Position;
        if (Arithmetic.IsNumber(first) && Arithmetic.IsNumber(second))
        {
            frame.Charge(2);
            return Arithmetic.Apply(operation, first, second, frame);
        }

        if (first.Kind == ValueKind.Undefined || second.Kind == ValueKind.Undefined)
        {
            return operation == BinaryOperator.Modulo && first.Kind == ValueKind.String
                ? OnCollections.Apply(operation, first, second, frame)
                : frame.FailUndefined(first.Kind == ValueKind.Undefined ? left : right, Position);
        }

        return OnCollections.Apply(operation, first, second, frame);
    }

    public override void Print(Printer printer) =>
        printer.Operand(left, Binding).Write(Signs[(int)operation]).Operand(right, Binding + 1);
}
