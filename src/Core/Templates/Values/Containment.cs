using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary><c>item in container</c>: an element of a list, a key of a map, a part of a text.</summary>
internal static class Containment
{
    public static bool Contains(Value container, Value item, Frame frame)
    {
        switch (container.Kind)
        {
            case ValueKind.List:
                return container.AsStorage is RangeValue range ? InRange(range, item, frame) : InList(container.AsList!, item, frame);
            case ValueKind.Map when item.Kind is ValueKind.List or ValueKind.Map:
                throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(item)} cannot be the key of a map");
            case ValueKind.Map:
                return item.Kind != ValueKind.Undefined && container.AsMap!.TryGet(Members.MapKey(item, frame), out _);
            case ValueKind.String when item.AsString is { } part:
                frame.ChargeText((long)container.AsString!.Length + part.Length);
                return TextSearch.Contains(container.AsString!, part);
            case ValueKind.Undefined:
                return false;
            case ValueKind.String:
                throw new TemplateFault(TemplateErrorKind.Type, $"a string contains strings only, not {Phrase.A(item)}");
            default:
                throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(container)} contains nothing") { IsOfNull = container.Kind == ValueKind.Null };
        }
    }

    /// <summary>Liquid asks without fuss: what has no parts contains nothing, and a text is searched for any value's text.</summary>
    public static bool LiquidContains(Value container, Value item, Frame frame) => container.Kind switch
    {
        ValueKind.String => item.Kind is not (ValueKind.Undefined or ValueKind.Null)
            && Contains(container, Value.From(frame.Text(item)), frame),
        ValueKind.List or ValueKind.Map => Contains(container, item, frame),
        _ => false,
    };

    private static bool InList(ListValue list, Value item, Frame frame)
    {
        for (var index = 0L; index < list.Count; index++)
        {
            frame.Charge(1);
            if (ValueEquality.AreEqual(list.Get(index), item, frame))
            {
                return true;
            }
        }

        return false;
    }

    private static bool InRange(RangeValue range, Value item, Frame frame)
    {
        frame.ChargeNumbers(item, default);
        if (!Arithmetic.IsNumber(item) || (item.IsFloat && !(double.IsFinite(item.FloatBits)
            && item.FloatBits == Math.Floor(item.FloatBits))))
        {
            return false;
        }

        var number = item.IsFloat ? new BigInteger(item.FloatBits) : Arithmetic.Integer(item);
        var (distance, step) = (number - range.Start, (BigInteger)range.Step);
        return distance % step == 0 && distance / step >= 0 && distance / step < range.Count;
    }
}
