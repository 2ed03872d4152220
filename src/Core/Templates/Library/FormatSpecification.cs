using System.Globalization;
using System.Numerics;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>What follows the colon in a place of a format: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
/// <param name="Align">0 when not given.</param>
/// <param name="Group">The separator of thousands; 0 for none.</param>
/// <param name="Type">0 when not given.</param>
internal sealed record FormatSpecification(
    string Source, char Fill, char Align, char? Sign, bool HasPrefix, bool IsZeroPadded, int Width, char Group, int? Precision, char Type)
{
    public static FormatSpecification Parse(string text)
    {
        var at = 0;
        var (fill, align) = (' ', '\0');
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            (fill, align, at) = (text[0], text[1], 2);
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
        {
            (align, at) = (text[0], 1);
        }

        char? sign = Peek() is '+' or '-' or ' ' ? text[at++] : null;
        var hasPrefix = Take('#');
        var isZeroPadded = Take('0');
        var width = Number(text, ref at) ?? 0;
        var group = Peek() is ',' or '_' ? text[at++] : '\0';
        int? precision = Take('.') ? Number(text, ref at) ?? throw Wrong(text) : null;
        var type = at < text.Length ? text[at++] : '\0';
        return at == text.Length
            ? new FormatSpecification(text, fill, align, sign, hasPrefix, isZeroPadded, width, group, precision, type)
            : throw Wrong(text);

        char Peek() => at < text.Length ? text[at] : '\0';

        bool Take(char letter)
        {
            var found = Peek() == letter;
            at += found ? 1 : 0;
            return found;
        }
    }

    public string Apply(Value value, Frame frame)
    {
        frame.CheckTextLength(Math.Max(Width, Precision ?? 0));
        frame.ChargeNumbers(value, default);
        frame.Charge(value.IsFloat || Precision > 0 ? 100 + (Precision ?? 0) : 0);
        frame.Charge(Type is 'x' or 'X' or 'b' or 'o' ? BigNumber.BitsOf(value) * 4 : 0);
        if (Type == 's' || (Type == '\0' && (!Arithmetic.IsNumber(value) || value.IsBoolean)))
        {
            return Text(frame.Text(value));
        }

        if (!Arithmetic.IsNumber(value))
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"the format '{Type}' needs a number, found {Phrase.A(value)}");
        }

        var isNegative = value.IsFloat ? double.IsNegative(value.FloatBits) : Arithmetic.Integer(value).Sign < 0;
        var prefix = (isNegative ? "-" : Sign is null or '-' ? string.Empty : Sign.ToString())
            + (HasPrefix && Type is 'x' or 'X' or 'b' or 'o' ? $"0{Type}" : string.Empty);
        var isInner = Align == '=' || (Align == '\0' && IsZeroPadded);
        var fill = IsZeroPadded && Fill == ' ' ? '0' : Fill;
        var body = Body(value, isInner && fill == '0' ? Width - prefix.Length : 0);
        return isInner
            ? prefix + body.PadLeft(Math.Max(0, Width - prefix.Length), fill)
            : Pad(prefix + body, fill, Align == '\0' ? '>' : Align);
    }

    private string Text(string text)
    {
        if (Group != '\0' || Align == '=' || HasPrefix || Sign is not null)
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"the format '{Source}' is for numbers");
        }

        var cut = Precision is { } precision ? CodePoints.Cut(text, 0, Math.Min(precision, CodePoints.Count(text))) : text;
        return Pad(cut, IsZeroPadded && Fill == ' ' ? '0' : Fill, Align == '\0' ? '<' : Align);
    }

    private string Pad(string text, char fill, char align)
    {
        var lacking = (int)Math.Max(0, Width - CodePoints.Count(text));
        var left = align switch { '<' => 0, '^' => lacking / 2, _ => lacking };
        return new string(fill, left) + text + new string(fill, lacking - left);
    }

    /// <summary>The digits of a number without its sign; zeros that fill a width are grouped with them.</summary>
    private string Body(Value value, int width)
    {
        var body = Type is 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%' || value.IsFloat ? Float(value) : Integer(value);
        return Group == '\0' ? body : Grouped(body, width);
    }

    private string Float(Value value)
    {
        var number = Math.Abs(Arithmetic.Float(value));
        return Type switch
        {
            '%' => FloatFormat.Of(number * 100, 'f', Precision ?? 6) + "%",
            'f' or 'F' or 'e' or 'E' or 'g' or 'G' => FloatFormat.Of(number, Type, Precision ?? 6),
            'n' => FloatFormat.Of(number, 'g', Precision ?? 6),
            '\0' when Precision is null => NumberText.Of(number),
            '\0' => FloatFormat.Of(number, 'g', Precision.Value),
            _ => throw Unfit(value),
        };
    }

    private string Integer(Value value)
    {
        var number = BigInteger.Abs(Arithmetic.Integer(value));
        return Type switch
        {
            _ when Precision is not null => throw Unfit(value),
            'd' or 'n' or '\0' => number.ToString(CultureInfo.InvariantCulture),
            'x' or 'X' or 'b' or 'o' => Radix(number),
            'c' when Arithmetic.Integer(value).Sign >= 0 && number <= 0x10FFFF && Rune.IsValid((int)number) => new Rune((int)number).ToString(),
            _ => throw Unfit(value),
        };
    }

    private string Radix(BigInteger number)
    {
        var radix = Type switch { 'b' => 2, 'o' => 8, _ => 16 };
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, (Type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[(int)(number % radix)]);
            number /= radix;
        }
        while (!number.IsZero);
        return digits.ToString();
    }

    private string Grouped(string body, int width)
    {
        var size = Type is 'x' or 'X' or 'b' or 'o' ? 4 : 3;
        var end = size == 4 ? -1 : body.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var whole = end < 0 ? body : body[..end];
        var room = width - (body.Length - whole.Length);
        var digits = new StringBuilder(whole.PadLeft(Math.Max(0, room - (room / (size + 1))), '0'));
        for (var place = digits.Length - size; place > 0; place -= size)
        {
            digits.Insert(place, Group);
        }

        return digits + (end < 0 ? string.Empty : body[end..]);
    }

    private static int? Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        var digits = text.AsSpan(start, at - start);
        return digits.Length == 0 ? null
            : digits.Length <= 6 ? int.Parse(digits, CultureInfo.InvariantCulture)
            : throw Wrong(text);
    }

    private static TemplateFault Wrong(string text) => new(TemplateErrorKind.Type, $"'{text}' does not describe a place of a format");

    private TemplateFault Unfit(Value value) => new(TemplateErrorKind.Type, $"the format '{Source}' does not fit {Phrase.A(value)}");
}
