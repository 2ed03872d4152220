using System.Globalization;
using System.Text;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Floats as text: the shortest digits that read back as the same number, always with a decimal point or exponent.</summary>
internal static class NumberText
{
    /// <summary>The text of a value that is a float; a decimal that no float prints back, as it was written.</summary>
    public static string Of(Value number) => number.AsWritten is { } written ? written.Text : Of(number.FloatBits);

    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        if (Math.Abs(number) is (>= 1e-4 and < 1e15) or 0)
        {
            var plain = Shortest(number);
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }

        return Rewrite(Shortest(Math.Abs(number)), number < 0);
    }

    // The platform's shortest form of 2^-25 reads back as its neighbour. Below a power of two floats lie closer, so only those are checked.
    private static string Shortest(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var isPowerOfTwo = (BitConverter.DoubleToInt64Bits(number) & 0xFFFFFFFFFFFFF) == 0;
        return !isPowerOfTwo || double.Parse(text, CultureInfo.InvariantCulture) == number
            ? text
            : number.ToString("G17", CultureInfo.InvariantCulture);
    }

    // The platform has its own places to switch to exponents, so its shortest form is taken apart and put together again.
    private static string Rewrite(string shortest, bool isNegative)
    {
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? shortest : shortest[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var exponent = (point < 0 ? mantissa.Length : point) - 1 - (all.Length - digits.Length)
            + (mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        digits = digits.TrimEnd('0');
        var text = new StringBuilder(isNegative ? "-" : string.Empty);
        if (exponent is >= 0 and < 16)
        {
            return text.Append(digits.Length > exponent + 1
                ? digits.Insert(exponent + 1, ".")
                : digits.PadRight(exponent + 1, '0') + ".0").ToString();
        }

        text.Append(digits[0]);
        if (digits.Length > 1)
        {
            text.Append('.').Append(digits, 1, digits.Length - 1);
        }

        return text.Append(exponent < 0 ? "e-" : "e+").Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }
}
