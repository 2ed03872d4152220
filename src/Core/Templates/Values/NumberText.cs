using System.Globalization;
using System.Text;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Floats as text: the shortest digits that read back as the same number, always with a decimal point or exponent.</summary>
internal static class NumberText
{
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        if (Math.Abs(number) is (>= 1e-4 and < 1e15) or 0)
        {
            var plain = number.ToString("R", CultureInfo.InvariantCulture);
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }

        return Rewrite(number.ToString("E16", CultureInfo.InvariantCulture), number);
    }

    // The platform switches to exponents at 1E+15, the language at 1e+16; digits come from the round-trip form.
    private static string Rewrite(string scientific, double number)
    {
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = DigitsOf(number.ToString("R", CultureInfo.InvariantCulture));
        var text = new StringBuilder(number < 0 ? "-" : string.Empty);
        if (exponent is >= -4 and < 16)
        {
            return text.Append(digits.Length > exponent + 1 ? digits.Insert(exponent + 1, ".") : digits.PadRight(exponent + 1, '0') + ".0").ToString();
        }

        text.Append(digits[0]);
        if (digits.Length > 1)
        {
            text.Append('.').Append(digits, 1, digits.Length - 1);
        }

        return text.Append(exponent < 0 ? "e-" : "e+").Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
    }

    private static string DigitsOf(string text)
    {
        var end = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = end < 0 ? text : text[..end];
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal).TrimStart('-').TrimStart('0').TrimEnd('0');
        return digits.Length == 0 ? "0" : digits;
    }
}
