using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Equality of the language. With a frame the work is counted, so that shared deep structures cannot run away.</summary>
internal sealed class ValueEquality(Frame frame) : IEqualityComparer<Value>
{
    // In a set many elements may share a hash.
    public bool Equals(Value left, Value right)
    {
        frame.Charge(1);
        return AreEqual(left, right, frame);
    }

    public int GetHashCode(Value value)
    {
        frame.Charge(1);
        frame.ChargeScan(LengthOf(value) * 4);
        return HashOf(value);
    }

    /// <summary>Characters that <see cref="HashOf(Value)"/> reads.</summary>
    private static long LengthOf(Value value)
    {
        var length = value.AsString?.Length ?? 0L;
        for (var index = 0L; value.AsList is { } list && index < Math.Min(list.Count, 8); index++)
        {
            length += list.Get(index).AsString?.Length ?? 0;
        }

        return value.AsMap is { Count: <= 64 } map ? map.Entries.Sum(entry => 64L + entry.Key.Length + (entry.Value.AsString?.Length ?? 0)) : length;
    }

    public static bool AreEqual(Value left, Value right, Frame? frame = null)
    {
        var (first, second) = (left.Kind, right.Kind);
        if (first == ValueKind.String || second == ValueKind.String)
        {
            return first == second && TextsAreEqual(left.AsString!, right.AsString!, frame);
        }

        if (Arithmetic.IsNumber(left) && Arithmetic.IsNumber(right))
        {
            frame?.Charge((BigNumber.BitsOf(left) >> 11) + (BigNumber.BitsOf(right) >> 11));
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

    private static bool TextsAreEqual(string left, string right, Frame? frame)
    {
        if (left.Length > 1024 && left.Length == right.Length)
        {
            frame?.ChargeScan(left.Length);
        }

        return left == right;
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

        // Names that differ in case are different names, however they may be looked up.
        right = right is HeaderMap headers ? headers.Plain : right;
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

    /// <summary>
    /// Of lists and maps only the first level counts, and of long ones little of it: cheap at any depth, equality
    /// decides.
    /// </summary>
    public static int HashOf(Value value) => value.Kind switch
    {
        ValueKind.List => HashOf(value.AsList!),
        ValueKind.Map => HashOf(value.AsMap!),
        _ => ShallowHashOf(value),
    };

    private static int HashOf(ListValue list)
    {
        var hash = HashCode.Combine(ValueKind.List, list.Count);
        for (var index = 0L; index < Math.Min(list.Count, 8); index++)
        {
            hash = HashCode.Combine(hash, ShallowHashOf(list.Get(index)));
        }

        return hash;
    }

    // The order of members does not matter to equality, so it must not matter here.
    private static int HashOf(MapValue map)
    {
        var hash = (int)map.Count;
        return map.Count > 64 ? hash : map.Entries.Aggregate(hash, static (sum, entry) => unchecked(
            sum + HashCode.Combine(string.GetHashCode(entry.Key, StringComparison.Ordinal), ShallowHashOf(entry.Value))));
    }

    private static int ShallowHashOf(Value value) => value.Kind switch
    {
        ValueKind.String => string.GetHashCode(value.AsString, StringComparison.Ordinal),
        ValueKind.Boolean or ValueKind.Integer or ValueKind.Float => Arithmetic.Float(value).GetHashCode(),
        var kind => (int)kind,
    };
}
