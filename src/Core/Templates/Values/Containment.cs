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
                return container.AsStorage is RangeValue range ? InRange(range, item) : InList(container.AsList!, item, frame);
            case ValueKind.Map when item.Kind is ValueKind.List or ValueKind.Map:
                throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(item)} cannot be the key of a map");
            case ValueKind.Map:
                return item.Kind != ValueKind.Undefined && container.AsMap!.TryGet(Members.MapKey(item), out _);
            case ValueKind.String when item.AsString is { } part:
                frame.ChargeText(container.AsString!.Length);
                return container.AsString!.Contains(part, StringComparison.Ordinal);
            case ValueKind.Undefined:
                return false;
            case ValueKind.String:
                throw new TemplateFault(TemplateErrorKind.Type, $"a string contains strings only, not {Phrase.A(item)}");
            default:
                throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(container)} contains nothing");
        }
    }

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

    private static bool InRange(RangeValue range, Value item)
    {
        if (!Arithmetic.IsNumber(item) || (item.IsFloat && !(double.IsFinite(item.FloatBits) && item.FloatBits == Math.Floor(item.FloatBits))))
        {
            return false;
        }

        var number = item.IsFloat ? new BigInteger(item.FloatBits) : Arithmetic.Integer(item);
        var (distance, step) = (number - range.Start, (BigInteger)range.Step);
        return distance % step == 0 && distance / step >= 0 && distance / step < range.Count;
    }
}
