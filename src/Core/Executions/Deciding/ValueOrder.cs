using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>A total order over values for sorting: by kind (nothing, booleans, numbers, strings, others), then by value; strings ordinally.</summary>
internal static class ValueOrder
{
    public static int Compare(Value left, Value right)
    {
        var byKind = Rank(left.Kind).CompareTo(Rank(right.Kind));
        if (byKind != 0) return byKind;
        if (left.TryGetString(out var leftText) && right.TryGetString(out var rightText)) return string.CompareOrdinal(leftText, rightText);
        if (left.TryGetInteger(out var leftInteger) && right.TryGetInteger(out var rightInteger)) return leftInteger.CompareTo(rightInteger);
        if (left.TryGetFloat(out var leftFloat) && right.TryGetFloat(out var rightFloat)) return leftFloat.CompareTo(rightFloat);
        return left.IsTruthy.CompareTo(right.IsTruthy);
    }

    private static int Rank(ValueKind kind) => kind switch
    {
        ValueKind.Undefined => 0,
        ValueKind.Null => 1,
        ValueKind.Boolean => 2,
        ValueKind.Integer or ValueKind.Float => 3,
        ValueKind.String => 4,
        _ => 5,
    };
}
