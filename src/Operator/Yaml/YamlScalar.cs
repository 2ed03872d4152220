using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Operator.Yaml;

/// <summary>
/// What a plain scalar means, by the rules of kubectl's YAML library, so that a file means the same on a laptop and on a cluster:
/// YAML 1.1 booleans (<c>yes</c>, <c>on</c>, …), octal with a leading 0, underscores in numbers. Only digits that kubectl would lose are kept.
/// </summary>
internal static class YamlScalar
{
    public static void Write(Utf8JsonWriter writer, YamlNode.Scalar scalar)
    {
        if (!scalar.IsPlain) writer.WriteStringValue(scalar.Text);
        else if (IsNull(scalar.Text)) writer.WriteNullValue();
        else if (Boolean(scalar.Text) is { } boolean) writer.WriteBooleanValue(boolean);
        else if (Number(scalar) is { } number) writer.WriteRawValue(number);
        else if (scalar.Text is ".inf" or ".Inf" or ".INF" or "+.inf" or "-.inf" or ".nan" or ".NaN" or ".NAN")
            throw new YamlException($"{scalar.Text} is not a JSON number; put it in quotes if text is meant.", scalar.Line, scalar.Column);
        else writer.WriteStringValue(scalar.Text);
    }

    /// <summary>What kubectl makes of a key that it does not take for the text that stands there: <c>the boolean true</c>; null when it does.</summary>
    public static string? OtherMeaning(YamlNode.Scalar key)
    {
        if (!key.IsPlain) return null;
        if (IsNull(key.Text)) return "null";
        if (Boolean(key.Text) is { } boolean) return key.Text is "true" or "false" ? null : boolean ? "the boolean true" : "the boolean false";
        return Number(key) is { } number && number != key.Text ? $"the number {number}" : null;
    }

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool? Boolean(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>The number as JSON text, or null when the text is none.</summary>
    /// <exception cref="YamlException">It has more digits than are read.</exception>
    private static string? Number(YamlNode.Scalar scalar)
    {
        var first = scalar.Text[0];
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-' or '.')) return null;
        var plain = scalar.Text.Replace("_", "", StringComparison.Ordinal);
        return plain.Length == 0 ? null : Integer(plain, scalar) ?? Decimal(plain, scalar);
    }

    private static string? Integer(string text, YamlNode.Scalar scalar)
    {
        var sign = text[0] == '-' ? "-" : "";
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        return digits switch
        {
            "" => null,
            "0" => "0",
            ['0', 'x' or 'X', .. var hex] => Signed(sign, OfRadix(hex, 16, scalar)),
            ['0', 'b' or 'B', .. var binary] => Signed(sign, OfRadix(binary, 2, scalar)),
            ['0', 'o' or 'O', .. var octal] => Signed(sign, OfRadix(octal, 8, scalar)),
            ['0', _, ..] => Signed(sign, OfRadix(digits, 8, scalar)),
            _ when digits.All(char.IsAsciiDigit) => sign + Bounded(digits, digits.Length, scalar),
            _ => null,
        };
    }

    private static string? Signed(string sign, string? digits) => digits is null or "0" ? digits : sign + digits;

    /// <summary>In decimal digits; null when a digit does not belong to the radix (2, 8 or 16).</summary>
    private static string? OfRadix(string digits, int radix, YamlNode.Scalar scalar)
    {
        if (digits.Length == 0 || !digits.All(digit => ValueOf(digit) < radix)) return null;
        Bounded(digits, digits.Length, scalar);
        // Both forms are read in time by their length; the leading zero keeps the number positive.
        var number = radix == 16
            ? BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse("0" + (radix == 2 ? digits : Bits(digits)), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture);
        var text = number.ToString(CultureInfo.InvariantCulture);
        return Bounded(text, text.Length, scalar);
    }

    private static int ValueOf(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => int.MaxValue,
    };

    private static string Bits(string octal)
    {
        var bits = new StringBuilder(3 * octal.Length);
        foreach (var digit in octal) bits.Append((digit - '0').ToString("b3", CultureInfo.InvariantCulture));
        return bits.ToString();
    }

    /// <summary>What a float of 64 bits holds is written as kubectl writes it; other numbers keep their digits.</summary>
    private static string? Decimal(string text, YamlNode.Scalar scalar)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
        Bounded(text, text.Count(char.IsAsciiDigit), scalar);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return DecimalText.AreEqual(text, shortest) ? shortest : AsJson(text);
    }

    /// <summary><c>+.5e3</c> → <c>0.5e3</c>: the same digits in JSON's grammar.</summary>
    private static string AsJson(string number)
    {
        var isNegative = number[0] == '-';
        var text = number.TrimStart('-', '+');
        var mark = text.IndexOfAny(['e', 'E']);
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = (point < 0 ? mantissa : mantissa[..point]).TrimStart('0');
        var fraction = point < 0 ? "" : mantissa[(point + 1)..];
        return $"{(isNegative ? "-" : "")}{(whole.Length > 0 ? whole : "0")}{(fraction.Length > 0 ? "." + fraction : "")}{(mark < 0 ? "" : text[mark..])}";
    }

    private static string Bounded(string text, int digits, YamlNode.Scalar scalar) => digits <= DataLimits.MaxNumberDigits
        ? text
        : throw new YamlException($"This {DataLimits.TooManyDigits(digits)} Put it in quotes if text is meant.", scalar.Line, scalar.Column);
}
