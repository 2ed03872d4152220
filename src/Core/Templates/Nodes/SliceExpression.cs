using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target[start:stop:step]</c>, each part optional; of a range it stays lazy.</summary>
internal sealed class SliceExpression(int position, Expression target, Expression? start, Expression? stop, Expression? step)
    : Expression(position, [.. new[] { target, start, stop, step }.OfType<Expression>()])
{
    public override int Binding => Precedence.Postfix;

    public override Value Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        if (value.Kind == ValueKind.Undefined)
        {
            return value.IsFailed ? value : frame.FailUndefined(target, Position);
        }

        var bounds = (Bound(start, frame), Bound(stop, frame), Bound(step, frame));
        frame.Position = Position;
        return value.Kind switch
        {
            ValueKind.String => Letters(value.AsString!, bounds, frame),
            ValueKind.List => Elements(value.AsList!, bounds, frame),
            _ => throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(value)} has no slices"),
        };
    }

    private static Value Letters(string text, (long?, long?, long?) bounds, Frame frame)
    {
        var isPlain = frame.IsPlain(text);
        var (first, count, stride) = Resolve(frame.CountOf(text), bounds);
        if (stride == 1)
        {
            frame.ChargeText(isPlain ? 0 : text.Length);
            return frame.Built(isPlain ? text.Substring((int)first, (int)count) : CodePoints.Cut(text, first, first + count));
        }

        return isPlain ? frame.Built(Every(text, first, count, stride)) : Letters(text, first, count, stride, frame);
    }

    private static string Every(string text, long first, long count, long stride)
    {
        var chosen = new char[count];
        for (var place = 0; place < count; place++)
        {
            chosen[place] = text[(int)(first + (place * stride))];
        }

        return new string(chosen);
    }

    private static Value Letters(string text, long first, long count, long stride, Frame frame)
    {
        frame.ChargeLetters(text.Length);
        var letters = CodePoints.Split(text);
        var chosen = new string[count];
        for (var place = 0; place < count; place++)
        {
            chosen[place] = letters[first + (place * stride)];
        }

        return frame.Built(string.Concat(chosen));
    }

    private static Value Elements(ListValue list, (long?, long?, long?) bounds, Frame frame)
    {
        var (first, count, stride) = Resolve(list.Count, bounds);
        if (list is RangeValue range)
        {
            return Progression(range, first, count, stride);
        }

        frame.CheckCollectionSize(count);
        var chosen = new Value[count];
        for (var place = 0; place < count; place++)
        {
            chosen[place] = list.Get(first + (place * stride));
        }

        return frame.Built(chosen);
    }

    // The stop lies one beyond the last element, so that no step overflows.
    private static Value Progression(RangeValue range, long first, long count, long stride)
    {
        if (count == 0)
        {
            return Value.Range(0, 0, 1);
        }

        var (start, last) = (range.Get(first), range.Get(first + ((count - 1) * stride)));
        var step = count == 1 ? 1 : stride * range.Step;
        return Value.Range(start.Bits, last.Bits + Math.Sign(step), step);
    }

    private static (long First, long Count, long Step) Resolve(long length, (long? Start, long? Stop, long? Step) bounds)
    {
        var step = bounds.Step ?? 1;
        if (step == 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "the step of a slice cannot be 0");
        }

        var (lowest, highest) = step > 0 ? (0L, length) : (-1L, length - 1);
        var first = Clamp(bounds.Start, step > 0 ? lowest : highest);
        var end = Clamp(bounds.Stop, step > 0 ? highest : lowest);
        var distance = step > 0 ? end - first : first - end;
        var stride = step == long.MinValue ? long.MaxValue : Math.Abs(step);
        return (first, distance <= 0 ? 0 : ((distance - 1) / stride) + 1, step > 0 ? stride : -stride);

        long Clamp(long? bound, long otherwise) =>
            bound is not { } given ? otherwise : Math.Clamp(given < 0 ? given + length : given, lowest, highest);
    }

    private static long? Bound(Expression? expression, Frame frame)
    {
        if (expression is null)
        {
            return null;
        }

        var value = frame.Demand(expression);
        if (value.Kind == ValueKind.Null)
        {
            return null;
        }

        if (value.Kind is not (ValueKind.Integer or ValueKind.Boolean))
        {
            frame.Position = expression.Position;
            throw new TemplateFault(
                value.Kind == ValueKind.Undefined ? TemplateErrorKind.UndefinedOperation : TemplateErrorKind.Type,
                $"a slice needs integers, found {Phrase.A(value)}");
        }

        return (long)BigInteger.Clamp(Arithmetic.Integer(value), -long.MaxValue, long.MaxValue);
    }

    public override void Print(Printer printer)
    {
        printer.Operand(target, Precedence.Postfix).Write("[");
        Part(start);
        printer.Write(":");
        Part(stop);
        if (step is not null)
        {
            printer.Write(":");
            Part(step);
        }

        printer.Write("]");

        void Part(Expression? part)
        {
            if (part is not null)
            {
                printer.Expression(part);
            }
        }
    }
}
