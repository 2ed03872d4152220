using System.Numerics;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>What stands behind a <see cref="Value"/> that is not a string: a tag for scalars, else the value itself.</summary>
internal abstract class Storage(ValueKind kind)
{
    public ValueKind Kind { get; } = kind;

    /// <summary>Levels of nesting that templates built; documents from outside count as one, since their parser bounds them.</summary>
    public virtual int Depth => 1;
}

/// <summary>Says how to read the bits of a scalar.</summary>
internal sealed class Tag(ValueKind kind) : Storage(kind)
{
    public static readonly Tag Null = new(ValueKind.Null);
    public static readonly Tag Boolean = new(ValueKind.Boolean);
    public static readonly Tag Integer = new(ValueKind.Integer);
    public static readonly Tag Float = new(ValueKind.Float);
    public static readonly Tag Failed = new(ValueKind.Undefined);
}

/// <summary>An integer beyond 64 bits.</summary>
internal sealed class BigNumber(BigInteger number) : Storage(ValueKind.Integer)
{
    public BigInteger Number { get; } = number;

    /// <summary>Bits of a value's integer; 64 for all that is not beyond them.</summary>
    public static long BitsOf(Value value) => value.AsStorage is BigNumber big ? big.Number.GetBitLength() : 64;

    /// <summary>Steps of multiplying, dividing, or writing in digits, integers of so many bits.</summary>
    public static long WorkOf(long bits) => 2 + ((bits >> 5) * (bits >> 5) / 32);
}
