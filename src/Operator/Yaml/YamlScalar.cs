using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace PlaybookOperator.Operator.Yaml;

/// <summary>
/// What a plain scalar means, by the rules of kubectl's YAML library, so that a file means the same on a laptop and on a cluster:
/// YAML 1.1 booleans (<c>yes</c>, <c>on</c>, …), octal with a leading 0, underscores in numbers.
/// </summary>
internal static class YamlScalar
{
    public static void Write(Utf8JsonWriter writer, YamlNode.Scalar scalar)
    {
        if (!scalar.IsPlain) writer.WriteStringValue(scalar.Text);
        else if (scalar.Text is "" or "~" or "null" or "Null" or "NULL") writer.WriteNullValue();
        else if (Boolean(scalar.Text) is { } boolean) writer.WriteBooleanValue(boolean);
        else if (Number(scalar.Text) is { } number) writer.WriteRawValue(number);
        else if (scalar.Text is ".inf" or ".Inf" or ".INF" or "+.inf" or "-.inf" or ".nan" or ".NaN" or ".NAN")
            throw new YamlException($"{scalar.Text} is not a JSON number; put it in quotes if text is meant.", scalar.Line, scalar.Column);
        else writer.WriteStringValue(scalar.Text);
    }

    private static bool? Boolean(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>The number as JSON text, or null when the text is none.</summary>
    private static string? Number(string text)
    {
        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-' or '.')) return null;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return Integer(plain) ?? Decimal(plain);
    }

    private static string? Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (digits.Length == 0) return null;
        var value = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => Parse(hex, 16),
            ['0', 'b' or 'B', .. var binary] => Parse(binary, 2),
            ['0', 'o' or 'O', .. var octal] => Parse(octal, 8),
            ['0', _, ..] when digits.All(c => c is >= '0' and <= '7') => Parse(digits, 8),
            _ => digits.All(char.IsAsciiDigit) && digits is not ['0', _, ..] ? BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : null,
        };
        return value is { } number ? (negative ? -number : number).ToString(CultureInfo.InvariantCulture) : null;
    }

    private static BigInteger? Parse(string digits, int radix)
    {
        if (digits.Length == 0) return null;
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix) return null;
            value = (value * radix) + digit;
        }

        return value;
    }

    private static string? Decimal(string text)
    {
        if (!double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value))
            return null;
        return double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : null;
    }
}
