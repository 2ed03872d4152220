using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Order of the language: numbers with numbers, text with text by code point, lists element by element; nothing else.</summary>
internal sealed class ValueOrder(Frame frame) : IComparer<Value>
{
    public int Compare(Value x, Value y) => Compare(x, y, frame) ?? 0;

    /// <summary>Null when one side is not a number: every order is then false.</summary>
    public static int? Compare(Value left, Value right, Frame frame)
    {
        frame.Charge(1);
        if (Arithmetic.IsNumber(left) && Arithmetic.IsNumber(right))
        {
            frame.Charge((BigNumber.BitsOf(left) >> 11) + (BigNumber.BitsOf(right) >> 11));
            return Arithmetic.Compare(left, right);
        }

        if (left.AsString is { } first && right.AsString is { } second)
        {
            frame.ChargeScan(Math.Min(first.Length, second.Length));
            return CodePoints.Compare(first, second);
        }

        if (left.AsList is { } firstList && right.AsList is { } secondList)
        {
            return CompareLists(firstList, secondList, frame);
        }

        if (left.Kind == ValueKind.Undefined || right.Kind == ValueKind.Undefined)
        {
            throw new TemplateFault(TemplateErrorKind.UndefinedOperation, "something undefined has no order");
        }

        throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(left)} and {Phrase.A(right)} have no order")
        {
            IsOfNull = left.Kind == ValueKind.Null || right.Kind == ValueKind.Null,
        };
    }

    private static int? CompareLists(ListValue left, ListValue right, Frame frame)
    {
        for (var index = 0L; index < Math.Min(left.Count, right.Count); index++)
        {
            frame.Charge(1);
            var (first, second) = (left.Get(index), right.Get(index));
            if (!ValueEquality.AreEqual(first, second, frame))
            {
                return Compare(first, second, frame);
            }
        }

        return left.Count.CompareTo(right.Count);
    }
}
