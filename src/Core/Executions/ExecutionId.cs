using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PlaybookOperator.Core.Executions;

/// <summary>
/// Identity of an execution: a positive 64-bit number whose order is the order of creation. Printed in decimal; in JSON always a string.
/// </summary>
public readonly record struct ExecutionId(long Value) : IComparable<ExecutionId>
{
    private const int EntropyBits = 20;

    /// <summary>The start of the id space: ids count milliseconds from here in their upper 43 bits.</summary>
    private static readonly DateTimeOffset s_origin = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Milliseconds since 2024 in the upper bits, <paramref name="entropy"/> in the lower 20.</summary>
    public static ExecutionId Create(DateTimeOffset now, int entropy) =>
        new(((long)(now - s_origin).TotalMilliseconds << EntropyBits) | (uint)(entropy & ((1 << EntropyBits) - 1)));

    public static bool TryParse([NotNullWhen(true)] string? text, out ExecutionId id)
    {
        var parsed = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;
        id = new ExecutionId(parsed ? value : 0);
        return parsed;
    }

    public int CompareTo(ExecutionId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(ExecutionId left, ExecutionId right) => left.Value < right.Value;

    public static bool operator >(ExecutionId left, ExecutionId right) => left.Value > right.Value;

    public static bool operator <=(ExecutionId left, ExecutionId right) => left.Value <= right.Value;

    public static bool operator >=(ExecutionId left, ExecutionId right) => left.Value >= right.Value;
}
