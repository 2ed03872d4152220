using System.Globalization;
using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters that make numbers and booleans.</summary>
internal static class NumberFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("int", "default? base?", static (in Call call) => Integer(call))
        .Add("float", "default?", static (in Call call) => Float(call))
        .Add("bool", "", static (in Call call) => Boolean(call))
        .Add("abs", "", static (in Call call) => Absolute(call))
        .Add("round", "precision? method?", static (in Call call) => Round(call))
        .Add("filesizeformat", "binary?", static (in Call call) => FileSize(call));

    private static Value Integer(in Call call)
    {
        var input = call.Input;
        var otherwise = call[0].IsMissing ? Value.From(0) : call[0];
        Charge(call);
        switch (input.Kind)
        {
            case ValueKind.Undefined:
                throw call.Wrong("a number", input);
            case ValueKind.Integer or ValueKind.Boolean:
                return Value.From(Arithmetic.Integer(input));
            case ValueKind.Float when input.AsWritten is { } written:
                return written.Truncate() is { } whole ? Value.From(whole) : otherwise;
            case ValueKind.Float:
                return double.IsFinite(input.FloatBits) ? Value.From(new BigInteger(input.FloatBits)) : otherwise;
            case ValueKind.String:
                return FromText(input.AsString!.Trim(), call.IntegerAt(1, 10)) ?? otherwise;
            default:
                return otherwise;
        }
    }

    /// <summary>Reading digits costs their number, and, as far as an integer may have them, its square.</summary>
    private static void Charge(in Call call)
    {
        if (call.Input.AsString is { } text)
        {
            call.Frame.ChargeText(text.Length * 4L);
            call.Frame.Charge(BigNumber.WorkOf(Math.Min(text.Length, 4300) * 4L));
        }

        call.Frame.ChargeNumbers(call.Input, default);
    }

    private static Value? FromText(string text, int radix)
    {
        var isNegative = text.StartsWith('-');
        var digits = text.TrimStart('+', '-');
        if (text.Length - digits.Length > 1 || text.Length > 4300)
        {
            return null;
        }

        var whole = radix is < 2 or > 36 ? null : Digits(WithoutPrefix(digits, radix), radix);
        if (whole is { } number)
        {
            return Value.From(isNegative ? -number : number);
        }

        return ParseFloat(text) is { } value && double.IsFinite(value) ? Value.From(new BigInteger(value)) : null;
    }

    private static string WithoutPrefix(string digits, int radix)
    {
        var prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => " " };
        return digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
    }

    // Single underscores may stand between digits.
    private static BigInteger? Digits(string text, int radix)
    {
        if (text.Length == 0 || text[0] == '_' || text[^1] == '_' || text.Contains("__", StringComparison.Ordinal))
        {
            return null;
        }

        var plain = text.Replace("_", string.Empty, StringComparison.Ordinal);
        if (radix == 10)
        {
            return plain.All(char.IsAsciiDigit) ? BigInteger.Parse(plain, CultureInfo.InvariantCulture) : null;
        }

        var number = BigInteger.Zero;
        foreach (var letter in plain)
        {
            var digit = char.IsAsciiDigit(letter) ? letter - '0'
                : char.IsAsciiLetter(letter) ? char.ToLowerInvariant(letter) - 'a' + 10
                : int.MaxValue;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        return number;
    }

    /// <summary>A float as Python reads one; null when the text is not one.</summary>
    public static double? ParseFloat(string text)
    {
        text = text.Trim();
        var word = text.TrimStart('+', '-').ToLowerInvariant();
        if (word is "inf" or "infinity" or "nan")
        {
            return word == "nan" ? double.NaN : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (text.Length == 0 || !text.All(letter => char.IsAsciiDigit(letter) || letter is '.' or '+' or '-' or 'e' or 'E' or '_')
            || text.StartsWith('_') || text.EndsWith('_'))
        {
            return null;
        }

        var plain = text.Replace("_", string.Empty, StringComparison.Ordinal);
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static Value Float(in Call call)
    {
        var input = call.Input;
        if (input.Kind == ValueKind.Undefined)
        {
            throw call.Wrong("a number", input);
        }

        if (Arithmetic.IsNumber(input))
        {
            return Value.From(Arithmetic.Float(input));
        }

        var otherwise = call[0].IsMissing ? Value.From(0.0) : call[0];
        Charge(call);
        return input.AsString is { } text && ParseFloat(text) is { } number ? Value.From(number) : otherwise;
    }

    private static Value Boolean(in Call call)
    {
        var input = call.Input;
        call.Frame.ChargeText(input.AsString?.Length ?? 0);
        return input.Kind switch
        {
            ValueKind.Undefined => throw call.Wrong("a value", input),
            ValueKind.String => Value.From(input.AsString!.Trim().ToLowerInvariant() is "true" or "yes" or "on" or "1" or "y" or "t"),
            _ => Value.From(input.IsTruthy),
        };
    }

    private static Value Absolute(in Call call)
    {
        if (!Arithmetic.IsNumber(call.Input))
        {
            throw call.Wrong("a number", call.Input);
        }

        return call.Input.IsFloat ? Value.From(Math.Abs(call.Input.FloatBits)) : Value.From(BigInteger.Abs(Arithmetic.Integer(call.Input)));
    }

    private static Value Round(in Call call)
    {
        var (input, precision, method) = (call.Input, Math.Clamp(call.IntegerAt(0), -400, 400), call.TextAt(1, "common"));
        if (!Arithmetic.IsNumber(input))
        {
            throw call.Wrong("a number", input);
        }

        call.Frame.Charge(100 + Math.Abs(precision));
        call.Frame.ChargeNumbers(input, default);
        return method switch
        {
            "common" => Rounded(input, precision),
            "ceil" => Value.From(Math.Ceiling(Arithmetic.Float(input) * Math.Pow(10, precision)) / Math.Pow(10, precision)),
            "floor" => Value.From(Math.Floor(Arithmetic.Float(input) * Math.Pow(10, precision)) / Math.Pow(10, precision)),
            _ => throw new TemplateFault(TemplateErrorKind.Type, $"rounding is common, ceil or floor, not '{method}'"),
        };
    }

    /// <summary>To the nearest, ties to even, from the exact value; an integer stays one.</summary>
    public static Value Rounded(Value number, int precision)
    {
        if (!number.IsFloat)
        {
            return precision >= 0 ? Value.From(Arithmetic.Integer(number)) : RoundedInteger(Arithmetic.Integer(number), -precision);
        }

        var exact = number.FloatBits;
        if (!double.IsFinite(exact) || precision > 330)
        {
            return number;
        }

        var scaled = FloatFormat.Scaled(exact, precision);
        var rounded = double.Parse($"{scaled}e{-precision}", CultureInfo.InvariantCulture);
        return Value.From(rounded == 0 ? Math.CopySign(0, exact) : rounded);
    }

    private static Value RoundedInteger(BigInteger number, int digits)
    {
        var unit = BigInteger.Pow(10, digits);
        var quotient = BigInteger.DivRem(number, unit, out var remainder);
        if (remainder.Sign < 0)
        {
            quotient -= 1;
            remainder += unit;
        }

        var side = (remainder * 2).CompareTo(unit);
        return Value.From((quotient + (side > 0 || (side == 0 && !quotient.IsEven) ? 1 : 0)) * unit);
    }

    private static Value FileSize(in Call call)
    {
        call.Frame.Charge(20);
        Charge(call);
        var bytes = call.Input.AsString is { } text ? ParseFloat(text) ?? throw call.Wrong("a number", call.Input)
            : Arithmetic.IsNumber(call.Input) ? Arithmetic.Float(call.Input) : throw call.Wrong("a number", call.Input);
        var isBinary = call.FlagAt(0);
        var unit = isBinary ? 1024.0 : 1000.0;
        if (bytes < unit)
        {
            return Value.From(bytes == 1 ? "1 Byte" : $"{(long)bytes} Bytes");
        }

        var prefixes = "kMGTPEZY";
        var power = 0;
        var scale = unit;
        while (power < prefixes.Length - 1 && bytes >= scale * unit)
        {
            scale *= unit;
            power++;
        }

        var prefix = isBinary ? $"{char.ToUpperInvariant(prefixes[power])}i" : prefixes[power].ToString();
        return Value.From($"{FloatFormat.Fixed(bytes / scale, 1)} {prefix}B");
    }
}
