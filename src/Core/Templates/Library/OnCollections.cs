using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Operators on text and lists: joining with +, repeating with *, formatting with %.</summary>
internal static class OnCollections
{
    private static readonly string[] Signs = ["+", "-", "*", "/", "//", "%", "**"];

    public static Value Apply(BinaryOperator operation, Value left, Value right, Frame frame)
    {
        switch (operation)
        {
            case BinaryOperator.Add when left.AsString is { } first && right.AsString is { } second:
                frame.CheckTextLength((long)first.Length + second.Length);
                return frame.Built(first + second);
            case BinaryOperator.Add when left.AsList is not null && right.AsList is not null:
                frame.CheckCollectionSize(left.Count + right.Count);
                return frame.Built([.. Sequence.ToArray(left, frame), .. Sequence.ToArray(right, frame)]);
            case BinaryOperator.Multiply when IsCount(right) && left.Kind is ValueKind.String or ValueKind.List:
                return Repeat(left, Arithmetic.Integer(right), frame);
            case BinaryOperator.Multiply when IsCount(left) && right.Kind is ValueKind.String or ValueKind.List:
                return Repeat(right, Arithmetic.Integer(left), frame);
            case BinaryOperator.Modulo when left.AsString is { } format:
                return PercentFormat.Apply(format, right, frame);
            default:
                throw new TemplateFault(
                    TemplateErrorKind.Type,
                    $"{Signs[(int)operation]} does not work on {Phrase.A(left)} and {Phrase.A(right)}")
                {
                    IsOfNull = left.Kind == ValueKind.Null || right.Kind == ValueKind.Null,
                };
        }
    }

    private static bool IsCount(Value value) => value.Kind is ValueKind.Integer or ValueKind.Boolean;

    private static Value Repeat(Value value, BigInteger count, Frame frame)
    {
        var times = (int)BigInteger.Clamp(count, 0, int.MaxValue);
        if (value.AsString is { } text)
        {
            frame.CheckTextLength((long)text.Length * times);
            return frame.Built(text.Length == 0 ? string.Empty : new System.Text.StringBuilder().Insert(0, text, times).ToString());
        }

        frame.CheckCollectionSize((long)BigInteger.Min(long.MaxValue, (BigInteger)value.Count * times));
        var items = Sequence.ToArray(value, frame);
        var repeated = new Value[items.Length * times];
        for (var place = 0; place < repeated.Length; place += items.Length)
        {
            items.CopyTo(repeated, place);
        }

        return frame.Built(repeated);
    }
}
