using System.Globalization;
using System.Numerics;

namespace PlaybookOperator.Core.Data;

/// <summary>Decimal numbers as text, with or without an exponent: compared by value, exactly, in time by their length whatever the exponent says.</summary>
public static class DecimalText
{
    /// <summary>Order of two numbers, each of the form <c>-12.50e-3</c>: a sign, digits with or without a point, an exponent; all but digits may be absent.</summary>
    public static int Compare(string left, string right)
    {
        var (first, second) = (Parts.Of(left), Parts.Of(right));
        if (first.Sign != second.Sign) return first.Sign.CompareTo(second.Sign);
        var order = first.Exponent.CompareTo(second.Exponent);
        return first.Sign * (order != 0 ? order : string.CompareOrdinal(first.Digits, second.Digits));
    }

    /// <summary>Whether two texts name the same number.</summary>
    public static bool AreEqual(string left, string right) => Compare(left, right) == 0;

    /// <summary>The integer towards zero; null when it has more than <see cref="DataLimits.MaxNumberDigits"/> digits.</summary>
    public static BigInteger? Truncate(string number)
    {
        var (sign, digits, exponent) = Parts.Of(number);
        if (exponent <= 0 || sign == 0) return BigInteger.Zero;
        if (exponent > DataLimits.MaxNumberDigits) return null;
        var whole = exponent <= digits.Length ? digits[..(int)exponent] : digits.PadRight((int)exponent, '0');
        return sign * BigInteger.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    public static bool IsZero(string number) => Parts.Of(number).Sign == 0;

    /// <param name="Sign">-1, 0 or 1.</param>
    /// <param name="Digits">Without zeros at either end; empty for zero.</param>
    /// <param name="Exponent">The number is 0.DIGITS × 10 to the power of this; 0 for zero.</param>
    private readonly record struct Parts(int Sign, string Digits, long Exponent)
    {
        public static Parts Of(string number)
        {
            var text = number.AsSpan().Trim();
            var isNegative = text.StartsWith('-');
            if (isNegative || text.StartsWith('+')) text = text[1..];
            var mark = text.IndexOfAny('e', 'E');
            var mantissa = mark < 0 ? text : text[..mark];
            var point = mantissa.IndexOf('.');
            var whole = point < 0 ? mantissa : mantissa[..point];
            var all = point < 0 ? mantissa.ToString() : string.Concat(whole, mantissa[(point + 1)..]);
            var digits = all.TrimStart('0');
            if (digits.Length == 0) return default;
            // An exponent of more digits than a long has is as good as the largest.
            var power = mark < 0 ? 0 : ExponentOf(text[(mark + 1)..]);
            return new Parts(isNegative ? -1 : 1, digits.TrimEnd('0'), power + whole.Length - (all.Length - digits.Length));
        }

        private static long ExponentOf(ReadOnlySpan<char> text) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
                ? Math.Clamp(exponent, long.MinValue / 2, long.MaxValue / 2)
                : text.StartsWith('-') ? long.MinValue / 2 : long.MaxValue / 2;
    }
}
