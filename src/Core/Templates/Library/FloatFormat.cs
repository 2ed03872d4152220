using System.Globalization;
using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Floats with a given number of digits, rounded from their exact value, ties to even.</summary>
internal static class FloatFormat
{
    /// <summary>More digits than any float has; exact ones cost time beyond use.</summary>
    private const int MaxPrecision = 1100;

    /// <summary>A non-negative number as C's f, e or g writes it.</summary>
    public static string Of(double number, char conversion, int precision)
    {
        if (precision > MaxPrecision)
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"a format has at most {MaxPrecision} decimals");
        }

        if (!double.IsFinite(number))
        {
            return char.IsUpper(conversion) ? NonFinite(number).ToUpperInvariant() : NonFinite(number);
        }

        var text = char.ToLowerInvariant(conversion) switch
        {
            'f' => Fixed(number, precision),
            'e' => Scientific(number, precision),
            _ => General(number, Math.Max(1, precision)),
        };
        return char.IsUpper(conversion) ? text.ToUpperInvariant() : text;
    }

    private static string NonFinite(double number) => double.IsNaN(number) ? "nan" : "inf";

    /// <summary>The digits with <paramref name="decimals"/> after the point.</summary>
    public static string Fixed(double number, int decimals)
    {
        var digits = Scaled(number, decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>number × 10^decimals as the nearest integer, ties to even; decimals may be negative.</summary>
    public static BigInteger Scaled(double number, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        var exponent = (int)(bits >> 52);
        BigInteger numerator = exponent == 0 ? bits & 0xFFFFFFFFFFFFF : (bits & 0xFFFFFFFFFFFFF) | (1L << 52);
        exponent = Math.Max(exponent, 1) - 1075;
        var denominator = BigInteger.One;
        numerator *= exponent > 0 ? BigInteger.One << exponent : 1;
        denominator *= exponent < 0 ? BigInteger.One << -exponent : 1;
        numerator *= decimals > 0 ? BigInteger.Pow(10, decimals) : 1;
        denominator *= decimals < 0 ? BigInteger.Pow(10, -decimals) : 1;
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var side = (remainder * 2).CompareTo(denominator);
        quotient += side > 0 || (side == 0 && !quotient.IsEven) ? 1 : 0;
        return number < 0 ? -quotient : quotient;
    }

    private static string Scientific(double number, int precision)
    {
        var exponent = number == 0 ? 0 : (int)Math.Floor(Math.Log10(number));
        var digits = Scaled(number, precision - exponent).ToString(CultureInfo.InvariantCulture);
        while (number != 0 && digits.Length != precision + 1)
        {
            exponent += digits.Length > precision + 1 ? 1 : -1;
            digits = Scaled(number, precision - exponent).ToString(CultureInfo.InvariantCulture);
        }

        digits = digits.PadRight(precision + 1, '0');
        var mantissa = precision == 0 ? digits : $"{digits[0]}.{digits[1..]}";
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double number, int precision)
    {
        var scientific = Scientific(number, precision - 1);
        var mark = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
        {
            return Trimmed(scientific[..mark]) + scientific[mark..];
        }

        return Trimmed(Fixed(number, precision - 1 - exponent));
    }

    private static string Trimmed(string text) =>
        text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
}
