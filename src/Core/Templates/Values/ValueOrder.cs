using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>
/// Order of the language: numbers with numbers, text with text by code point, lists element by element; nothing else. As a comparer it is the order of the
/// filter <c>sort</c>, which differs in one thing: what is not a number comes after all numbers, since sorting needs a place for it.
/// </summary>
internal sealed class ValueOrder(Frame frame) : IComparer<Value>
{
    private enum Use
    {
        Operator,
        Sorting,
        SortingAll,
    }

    public int Compare(Value x, Value y)
    {
        frame.Charge(1);
        return Compare(x, y, frame, Use.Sorting)!.Value;
    }

    /// <summary>Null when one side is not a number: every order is then false.</summary>
    public static int? Compare(Value left, Value right, Frame frame)
    {
        frame.Charge(1);
        return Compare(left, right, frame, Use.Operator);
    }

    /// <summary>
    /// A total order that agrees with the filter <c>sort</c> on all that it compares. What it refuses is ordered by kind: nothing, numbers and booleans,
    /// text, lists, maps; of two maps none comes first. Only what is long is charged, since a million short keys are sorted in one evaluation.
    /// </summary>
    public static int CompareAll(Value left, Value right, Frame frame) => Compare(left, right, frame, Use.SortingAll)!.Value;

    private static int? Compare(Value left, Value right, Frame frame, Use use)
    {
        if (Arithmetic.IsNumber(left) && Arithmetic.IsNumber(right))
        {
            frame.Charge((BigNumber.BitsOf(left) >> 11) + (BigNumber.BitsOf(right) >> 11));
            return Arithmetic.Compare(left, right) ?? (use == Use.Operator ? null : IsNoNumber(left).CompareTo(IsNoNumber(right)));
        }

        if (left.AsString is { } first && right.AsString is { } second)
        {
            return CompareTexts(first, second, frame, use);
        }

        if (left.AsList is { } firstList && right.AsList is { } secondList)
        {
            return CompareLists(firstList, secondList, frame, use);
        }

        if (use == Use.SortingAll)
        {
            return Rank(left.Kind).CompareTo(Rank(right.Kind));
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

    private static int CompareTexts(string left, string right, Frame frame, Use use)
    {
        if (ReferenceEquals(left, right))
        {
            return 0;
        }

        frame.ChargeScan(Math.Min(left.Length, right.Length) >> (use == Use.SortingAll ? 3 : 0));
        return CodePoints.Compare(left, right);
    }

    private static int? CompareLists(ListValue left, ListValue right, Frame frame, Use use)
    {
        for (var index = 0L; index < Math.Min(left.Count, right.Count); index++)
        {
            frame.Charge(1);
            var (first, second) = (left.Get(index), right.Get(index));
            if (!ValueEquality.AreEqual(first, second, frame))
            {
                frame.Charge(1);
                var order = Compare(first, second, frame, use);
                if (order != 0)
                {
                    return order;
                }
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private static bool IsNoNumber(Value value) => value.IsFloat && double.IsNaN(value.FloatBits);

    private static int Rank(ValueKind kind) => kind switch
    {
        ValueKind.Undefined or ValueKind.Null => 0,
        ValueKind.Boolean or ValueKind.Integer or ValueKind.Float => 1,
        ValueKind.String => 2,
        ValueKind.List => 3,
        _ => 4,
    };
}
