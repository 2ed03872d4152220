using System.Globalization;
using System.Numerics;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The <c>'{} {0} {name.part[0]:>8.2f}'.format(…)</c> of strings.</summary>
internal static class BraceFormat
{
    public static Value Apply(string format, Value[] positional, IReadOnlyList<KeyValuePair<string, Value>> named, Frame frame)
    {
        var result = new StringBuilder();
        var automatic = 0;
        for (var at = 0; at < format.Length; at++)
        {
            var letter = format[at];
            if (letter is '{' or '}' && at + 1 < format.Length && format[at + 1] == letter)
            {
                result.Append(letter);
                at++;
            }
            else if (letter == '{')
            {
                var end = format.IndexOf('}', at);
                var field = end > 0 ? format[(at + 1)..end] : throw new TemplateFault(TemplateErrorKind.Type, "a place of the format has no end '}'");
                result.Append(Place(field, positional, named, frame, ref automatic));
                frame.CheckTextLength(result.Length);
                at = end;
            }
            else
            {
                result.Append(letter == '}' ? throw new TemplateFault(TemplateErrorKind.Type, "the format has a '}' alone") : letter);
            }
        }

        return frame.Built(result.ToString());
    }

    private static string Place(
        string field, Value[] positional, IReadOnlyList<KeyValuePair<string, Value>> named, Frame frame, ref int automatic)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var (path, specification) = colon < 0 ? (field, string.Empty) : (field[..colon], field[(colon + 1)..]);
        path = path.Split('!')[0];
        var end = path.IndexOfAny(['.', '[']);
        var root = end < 0 ? path : path[..end];
        var value = root.Length == 0 ? At(automatic++)
            : root.All(char.IsAsciiDigit) && root.Length < 6 ? At(int.Parse(root, CultureInfo.InvariantCulture))
            : Named();
        foreach (var step in (end < 0 ? string.Empty : path[end..]).Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            var isIndex = step.All(char.IsAsciiDigit) && step.Length < 10;
            value = Members.At(value, isIndex ? Value.From(long.Parse(step, CultureInfo.InvariantCulture)) : Value.From(step), frame);
        }

        return Specification.Apply(value, specification, frame);

        Value At(int place) => place < positional.Length ? positional[place]
            : throw new TemplateFault(TemplateErrorKind.Type, "fewer values than the format has places");

        Value Named() => named.FirstOrDefault(pair => pair.Key == root) is { Key: not null } pair ? pair.Value
            : throw new TemplateFault(TemplateErrorKind.Type, $"the format names '{root}', which is not given");
    }

    /// <summary><c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
    private static class Specification
    {
        public static string Apply(Value value, string text, Frame frame)
        {
            if (text.Length == 0)
            {
                return frame.Text(value);
            }

            var at = 0;
            var (fill, align) = (' ', '\0');
            if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
            {
                (fill, align, at) = (text[0], text[1], 2);
            }
            else if (text[0] is '<' or '>' or '^' or '=')
            {
                (align, at) = (text[0], 1);
            }

            var sign = at < text.Length && text[at] is '+' or '-' or ' ' ? text[at++] : '-';
            at += at < text.Length && text[at] == '#' ? 1 : 0;
            if (at < text.Length && text[at] == '0')
            {
                (fill, align) = align == '\0' ? ('0', '=') : (fill, align);
                at++;
            }

            var width = Number(text, ref at) ?? 0;
            var group = at < text.Length && text[at] is ',' or '_' ? text[at++] : '\0';
            int? precision = null;
            if (at < text.Length && text[at] == '.')
            {
                at++;
                precision = Number(text, ref at) ?? throw Wrong(text);
            }

            var type = at < text.Length ? text[at++] : '\0';
            frame.CheckTextLength(Math.Max(width, precision ?? 0));
            return at == text.Length ? Pad(Body(value, type, precision, group, sign, frame), width, fill, align, value) : throw Wrong(text);
        }

        private static TemplateFault Wrong(string text) => new(TemplateErrorKind.Type, $"'{text}' does not describe a place of a format");

        private static int? Number(string text, ref int at)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            return at == start ? null : at - start <= 6 ? int.Parse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture) : throw Wrong(text);
        }

        private static string Body(Value value, char type, int? precision, char group, char sign, Frame frame)
        {
            if (!Arithmetic.IsNumber(value) || value.IsBoolean || type == 's')
            {
                var text = type is '\0' or 's'
                    ? frame.Text(value)
                    : throw new TemplateFault(TemplateErrorKind.Type, $"the format '{type}' needs a number, found {Phrase.A(value)}");
                return precision < text.Length ? text[..precision.Value] : text;
            }

            var isNegative = value.IsFloat ? double.IsNegative(value.FloatBits) : Arithmetic.Integer(value).Sign < 0;
            var body = type switch
            {
                'd' or 'n' when !value.IsFloat => BigInteger.Abs(Arithmetic.Integer(value)).ToString(CultureInfo.InvariantCulture),
                '\0' when !value.IsFloat => BigInteger.Abs(Arithmetic.Integer(value)).ToString(CultureInfo.InvariantCulture),
                '\0' when precision is null => NumberText.Of(Math.Abs(value.FloatBits)),
                'x' or 'X' or 'b' or 'o' when !value.IsFloat => Radix(BigInteger.Abs(Arithmetic.Integer(value)), type),
                '%' => FloatFormat.Of(Math.Abs(Arithmetic.Float(value) * 100), 'f', precision ?? 6) + "%",
                'f' or 'F' or 'e' or 'E' or 'g' or 'G' => FloatFormat.Of(Math.Abs(Arithmetic.Float(value)), type, precision ?? 6),
                '\0' => FloatFormat.Of(Math.Abs(Arithmetic.Float(value)), 'g', precision ?? 6),
                _ => throw new TemplateFault(TemplateErrorKind.Type, $"the format '{type}' does not fit {Phrase.A(value)}"),
            };
            return (isNegative ? "-" : sign == '-' ? string.Empty : sign.ToString()) + (group == '\0' ? body : Grouped(body, group));
        }

        private static string Radix(BigInteger number, char type)
        {
            var radix = type switch { 'b' => 2, 'o' => 8, _ => 16 };
            var digits = new StringBuilder();
            do
            {
                digits.Insert(0, (type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[(int)(number % radix)]);
                number /= radix;
            }
            while (!number.IsZero);
            return digits.ToString();
        }

        private static string Grouped(string body, char separator)
        {
            var end = body.AsSpan().IndexOfAnyExceptInRange('0', '9');
            var digits = new StringBuilder(end < 0 ? body : body[..end]);
            for (var place = digits.Length - 3; place > 0; place -= 3)
            {
                digits.Insert(place, separator);
            }

            return digits + (end < 0 ? string.Empty : body[end..]);
        }

        private static string Pad(string body, int width, char fill, char align, Value value)
        {
            var lacking = width - body.Length;
            if (lacking <= 0)
            {
                return body;
            }

            align = align != '\0' ? align : Arithmetic.IsNumber(value) && !value.IsBoolean ? '>' : '<';
            var sign = align == '=' && body[0] is '-' or '+' or ' ' ? 1 : 0;
            return align switch
            {
                '<' => body.PadRight(width, fill),
                '^' => (new string(fill, lacking / 2) + body).PadRight(width, fill),
                '=' => body[..sign] + new string(fill, lacking) + body[sign..],
                _ => body.PadLeft(width, fill),
            };
        }
    }
}
