using System.Globalization;
using System.Numerics;
using System.Text;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>
/// A decimal that no float is: with more digits than a float holds, or an exponent beyond its range. It keeps the text as it was written; the bits of its
/// <see cref="Value"/> are the nearest float, with which arithmetic goes. Zeros at the end make no other number: <c>1.50</c> is the float 1.5.
/// </summary>
internal sealed class WrittenNumber(string text) : Storage(ValueKind.Float)
{
    /// <summary>A significand of so many digits comes back from the nearest float, whatever they are.</summary>
    private const int SafeDigits = 15;

    /// <summary>A number in JSON's grammar.</summary>
    public string Text { get; } = text;

    /// <summary>The value of a JSON number that has a point or an exponent.</summary>
    /// <param name="isLiteral">It stands in a template, where what is too large is infinite and what is too small is zero, as in Jinja2.</param>
    public static Value Read(ReadOnlySpan<byte> utf8, bool isLiteral = false)
    {
        var nearest = double.Parse(utf8, CultureInfo.InvariantCulture);
        if (IsPlain(utf8) || utf8.Length > DataLimits.MaxNumberDigits + 10 || (isLiteral && (nearest == 0 || !double.IsFinite(nearest)))) return Value.From(nearest);
        var text = Encoding.ASCII.GetString(utf8);
        return double.IsFinite(nearest) && DecimalText.AreEqual(text, NumberText.Of(nearest)) ? Value.From(nearest) : new Value(new WrittenNumber(text), nearest);
    }

    /// <summary>The number with its sign turned.</summary>
    public Value Negate() => new(new WrittenNumber(Text.StartsWith('-') ? Text[1..] : "-" + Text), -double.Parse(Text, CultureInfo.InvariantCulture));

    /// <summary>The integer towards zero; null when it has more digits than are read.</summary>
    public BigInteger? Truncate() => DecimalText.Truncate(Text);

    /// <summary>Order of two numbers of which one at least is written; null when the other is not a number.</summary>
    public static int? Compare(Value left, Value right)
    {
        if (Infinite(left) is { } first) return first;
        return Infinite(right) is { } second ? -second : TextOf(left) is { } one && TextOf(right) is { } other ? DecimalText.Compare(one, other) : null;
    }

    /// <summary>The sign of a float that is infinite.</summary>
    private static int? Infinite(Value number) =>
        number.IsFloat && number.AsWritten is null && double.IsInfinity(number.FloatBits) ? Math.Sign(number.FloatBits) : null;

    private static string? TextOf(Value number) =>
        number.AsWritten is { } written ? written.Text
        : !number.IsFloat ? Arithmetic.IntegerText(number)
        : double.IsNaN(number.FloatBits) ? null
        : NumberText.Of(number.FloatBits);

    /// <summary>Whether a float is the number for certain: it has few digits and no exponent.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> number) =>
        number.Length <= SafeDigits + 1 && number.IndexOfAny((byte)'e', (byte)'E') < 0;
}
