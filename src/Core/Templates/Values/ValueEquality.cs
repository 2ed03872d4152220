using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Equality of the language. With a frame the work is counted, so that shared deep structures cannot run away.</summary>
internal sealed class ValueEquality(Frame frame) : IEqualityComparer<Value>
{
    public bool Equals(Value left, Value right) => AreEqual(left, right, frame);

    public int GetHashCode(Value value) => HashOf(value);

    public static bool AreEqual(Value left, Value right, Frame? frame = null)
    {
        var (first, second) = (left.Kind, right.Kind);
        if (first == ValueKind.String || second == ValueKind.String)
        {
            return first == second && left.AsString == right.AsString;
        }

        if (Arithmetic.IsNumber(left) && Arithmetic.IsNumber(right))
        {
            return Arithmetic.Compare(left, right) == 0;
        }

        if (first != second)
        {
            return false;
        }

        return first switch
        {
            ValueKind.List => AreEqual(left.AsList!, right.AsList!, frame),
            ValueKind.Map => AreEqual(left.AsMap!, right.AsMap!, frame),
            _ => true,
        };
    }

    private static bool AreEqual(ListValue left, ListValue right, Frame? frame)
    {
        if (ReferenceEquals(left, right) || left.Count != right.Count)
        {
            return left.Count == right.Count;
        }

        for (var index = 0L; index < left.Count; index++)
        {
            frame?.Charge(1);
            if (!AreEqual(left.Get(index), right.Get(index), frame))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(MapValue left, MapValue right, Frame? frame)
    {
        if (ReferenceEquals(left, right) || left.Count != right.Count)
        {
            return left.Count == right.Count;
        }

        foreach (var entry in left.Entries)
        {
            frame?.Charge(1);
            if (!right.TryGet(entry.Key, out var other) || !AreEqual(entry.Value, other, frame))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lists and maps hash by their size only: cheap at any depth, and equality decides.</summary>
    public static int HashOf(Value value) => value.Kind switch
    {
        ValueKind.String => string.GetHashCode(value.AsString, StringComparison.Ordinal),
        ValueKind.Boolean or ValueKind.Integer or ValueKind.Float => Arithmetic.Float(value).GetHashCode(),
        ValueKind.List => HashCode.Combine(ValueKind.List, value.Count, FirstOf(value)),
        ValueKind.Map => HashCode.Combine(ValueKind.Map, value.Count),
        var kind => (int)kind,
    };

    private static int FirstOf(Value list)
    {
        var first = list.GetItem(0);
        return first.Kind is ValueKind.List or ValueKind.Map ? 0 : HashOf(first);
    }
}
