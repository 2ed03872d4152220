using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Contains,
}

/// <summary><c>a &lt; b &lt;= c</c>: true when every neighbouring pair holds; later operands are not evaluated after a false pair.</summary>
internal sealed class ComparisonExpression(int position, Expression first, Comparison[] comparisons, Expression[] operands)
    : Expression(position, [first, .. operands])
{
    private static readonly string[] Signs = [" == ", " != ", " < ", " <= ", " > ", " >= ", " in ", " not in ", " contains "];

    public override int Binding => Precedence.Comparison;

    public override Value Evaluate(Frame frame)
    {
        var left = first.Evaluate(frame);
        if (left.IsFailed)
        {
            return left;
        }

        for (var place = 0; place < operands.Length; place++)
        {
            var right = operands[place].Evaluate(frame);
            if (right.IsFailed)
            {
                return right;
            }

            var holds = Holds(place, left, right, frame);
            if (!holds.IsTruthy)
            {
                return holds;
            }

            left = right;
        }

        return Value.True;
    }

    private Value Holds(int place, Value left, Value right, Frame frame)
    {
        var comparison = comparisons[place];
        switch (comparison)
        {
            case Comparison.Equal:
                return Value.From(ValueEquality.AreEqual(left, right, frame));
            case Comparison.NotEqual:
                return Value.From(!ValueEquality.AreEqual(left, right, frame));
        }

        frame.Position = Position;
        if (comparison >= Comparison.In)
        {
            var (item, container) = comparison == Comparison.Contains ? (right, left) : (left, right);
            return Value.From(Containment.Contains(container, item, frame) != (comparison == Comparison.NotIn));
        }

        if (left.Kind == ValueKind.Undefined || right.Kind == ValueKind.Undefined)
        {
            return frame.FailUndefined(left.Kind != ValueKind.Undefined ? operands[place] : place == 0 ? first : operands[place - 1], Position);
        }

        var order = left.IsInlineInteger && right.IsInlineInteger
            ? left.Bits.CompareTo(right.Bits)
            : ValueOrder.Compare(left, right, frame);
        return Value.From(comparison switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        });
    }

    public override void Print(Printer printer)
    {
        printer.Operand(first, Precedence.Sum);
        for (var place = 0; place < operands.Length; place++)
        {
            printer.Write(Signs[(int)comparisons[place]]).Operand(operands[place], Precedence.Sum);
        }
    }
}
