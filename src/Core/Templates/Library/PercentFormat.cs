using System.Globalization;
using System.Numerics;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The <c>%s %d %05.2f %(name)s</c> of the format filter and of the % operator.</summary>
internal static class PercentFormat
{
    public static Value Apply(string format, Value arguments, Frame frame) => arguments.Kind switch
    {
        ValueKind.List when Places(format) == arguments.Count => Apply(format, Sequence.ToArray(arguments, frame), [], frame),
        ValueKind.List when Places(format) == 0 => Apply(format, [], [], frame),
        ValueKind.Map => Apply(format, [arguments], [.. arguments.Members], frame),
        _ => Apply(format, [arguments], [], frame),
    };

    // Python spreads tuples and formats lists as they are; here both are lists, so the number of places decides.
    private static int Places(string format)
    {
        var places = 0;
        for (var at = format.IndexOf('%', StringComparison.Ordinal); at >= 0 && at < format.Length; at = format.IndexOf('%', at))
        {
            at++;
            places += at < format.Length && Field.Read(format, ref at).Conversion == '%' ? 0 : 1;
        }

        return places;
    }

    public static Value Apply(string format, ReadOnlySpan<Value> positional, IReadOnlyList<KeyValuePair<string, Value>> named, Frame frame)
    {
        var result = new StringBuilder();
        var (at, used) = (0, 0);
        while (at < format.Length)
        {
            var letter = format[at++];
            if (letter != '%')
            {
                result.Append(letter);
                continue;
            }

            var field = Field.Read(format, ref at);
            if (field.Conversion == '%')
            {
                result.Append('%');
                continue;
            }

            frame.CheckTextLength(result.Length + (long)Math.Max(field.Width, field.Precision));
            frame.Charge(4 + (field.Name is null ? 0 : named.Count));
            result.Append(field.Apply(Argument(field, positional, named, ref used), frame));
            frame.CheckTextLength(result.Length);
        }

        return used < positional.Length && named.Count == 0
            ? throw new TemplateFault(TemplateErrorKind.Type, "more values than the format has places")
            : frame.Built(result.ToString());
    }

    private static Value Argument(
        Field field, ReadOnlySpan<Value> positional, IReadOnlyList<KeyValuePair<string, Value>> named, ref int used)
    {
        if (field.Name is not null)
        {
            var found = named.FirstOrDefault(pair => pair.Key == field.Name);
            return found.Key is not null ? found.Value
                : throw new TemplateFault(TemplateErrorKind.Type, $"the format names '{field.Name}', which is not given");
        }

        return used < positional.Length ? positional[used++]
            : throw new TemplateFault(TemplateErrorKind.Type, "fewer values than the format has places");
    }

    private sealed record Field(string? Name, string Flags, int Width, int Precision, char Conversion)
    {
        public static Field Read(string format, ref int at)
        {
            string? name = null;
            if (at < format.Length && format[at] == '(' && format.IndexOf(')', at) is var close and > 0)
            {
                name = format[(at + 1)..close];
                at = close + 1;
            }

            var start = at;
            while (at < format.Length && "-+ #0".Contains(format[at], StringComparison.Ordinal))
            {
                at++;
            }

            var flags = format[start..at];
            var width = Number(format, ref at);
            var precision = -1;
            if (at < format.Length && format[at] == '.')
            {
                at++;
                precision = Number(format, ref at);
            }

            return at < format.Length
                ? new Field(name, flags, width, precision, format[at++])
                : throw new TemplateFault(TemplateErrorKind.Type, "the format ends inside a place");
        }

        private static int Number(string format, ref int at)
        {
            var start = at;
            while (at < format.Length && char.IsAsciiDigit(format[at]))
            {
                at++;
            }

            return at == start ? 0 : at - start <= 6 ? int.Parse(format.AsSpan(start, at - start), CultureInfo.InvariantCulture)
                : throw new TemplateFault(TemplateErrorKind.Type, "a width of the format is too large");
        }

        public string Apply(Value value, Frame frame)
        {
            frame.ChargeNumbers(value, default);
            frame.Charge(value.IsFloat || Precision > 0 ? 100 + Math.Max(0, Precision) : 0);
            switch (Conversion)
            {
                case 's' or 'r' or 'a':
                    var text = Conversion == 's' || value.Kind != ValueKind.String ? frame.Text(value) : JsonText.Quoted(value.AsString!);
                    return Pad(Precision >= 0 ? CodePoints.Cut(text, 0, Math.Min(Precision, frame.CountOf(text))) : text, isNumber: false);
                case 'd' or 'i' or 'u':
                    return Pad(Signed(BigInteger.Abs(Whole(value)).ToString(CultureInfo.InvariantCulture), Whole(value).Sign < 0));
                case 'x' or 'X' or 'o':
                    frame.Charge(BigNumber.BitsOf(value) * 4);
                    return Pad(Signed(Radix(BigInteger.Abs(Integer(value))), Integer(value).Sign < 0));
                case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                    var number = Number(value);
                    var digits = FloatFormat.Of(Math.Abs(number), Conversion, Precision < 0 ? 6 : Precision);
                    return Pad(Signed(digits, double.IsNegative(number)));
                case 'c':
                    return Pad(Letter(value), isNumber: false);
                default:
                    throw new TemplateFault(TemplateErrorKind.Type, $"the format has an unknown place '%{Conversion}'");
            }
        }

        private string Radix(BigInteger number)
        {
            var digits = new StringBuilder();
            var radix = Conversion == 'o' ? 8 : 16;
            do
            {
                digits.Insert(0, "0123456789abcdef"[(int)(number % radix)]);
                number /= radix;
            }
            while (!number.IsZero);
            var prefix = !Flags.Contains('#', StringComparison.Ordinal) ? string.Empty : radix == 8 ? "0o" : "0x";
            var text = prefix + digits;
            return Conversion == 'X' ? text.ToUpperInvariant() : text;
        }

        private string Signed(string digits, bool isNegative) =>
            (isNegative ? "-" : Has('+') ? "+" : Has(' ') ? " " : string.Empty) + digits;

        private bool Has(char flag) => Flags.Contains(flag, StringComparison.Ordinal);

        private string Pad(string text, bool isNumber = true)
        {
            if (Flags.Contains('-', StringComparison.Ordinal))
            {
                return text.PadRight(Width);
            }

            if (!isNumber || !Flags.Contains('0', StringComparison.Ordinal) || text.Length >= Width)
            {
                return text.PadLeft(Width);
            }

            var sign = text[0] is '-' or '+' or ' ' ? 1 : 0;
            return text[..sign] + text[sign..].PadLeft(Width - sign, '0');
        }

        private static string Letter(Value value)
        {
            if (value.AsString is { } text)
            {
                return CodePoints.Count(text) == 1 ? text : throw new TemplateFault(TemplateErrorKind.Type, "%c needs one character");
            }

            var code = Integer(value);
            return code.Sign >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code) ? new Rune((int)code).ToString()
                : throw new TemplateFault(TemplateErrorKind.Type, "%c needs the number of a character");
        }

        private static BigInteger Integer(Value value) =>
            Arithmetic.IsNumber(value) && !value.IsFloat ? Arithmetic.Integer(value) : throw Wrong(value);

        private static BigInteger Whole(Value value) => value.IsFloat && double.IsFinite(value.FloatBits)
            ? new BigInteger(value.FloatBits)
            : Arithmetic.IsNumber(value) && !value.IsFloat ? Arithmetic.Integer(value) : throw Wrong(value);

        private static double Number(Value value) => Arithmetic.IsNumber(value) ? Arithmetic.Float(value) : throw Wrong(value);

        private static TemplateFault Wrong(Value value) => new(
            value.Kind == ValueKind.Undefined ? TemplateErrorKind.UndefinedOperation : TemplateErrorKind.Type,
            $"the format needs a number, found {Phrase.A(value)}");
    }
}
