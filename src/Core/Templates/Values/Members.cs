using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Members of values that are not maps, and indexing of all of them.</summary>
internal static class Members
{
    /// <summary>Liquid's size, first and last, and the named parts of a group; undefined for all else.</summary>
    public static Value Of(Value target, string name, Frame frame) => (name, target.Kind) switch
    {
        ("size", ValueKind.String) => Value.From(frame.CountOf(target.AsString!)),
        ("size", ValueKind.List) => Value.From(target.Count),
        ("first", ValueKind.List) => target.GetItem(0),
        ("last", ValueKind.List) => target.GetItem(target.Count - 1),
        ("grouper", ValueKind.List) when target.AsStorage is GroupValue => target.GetItem(0),
        ("list", ValueKind.List) when target.AsStorage is GroupValue => target.GetItem(1),
        _ => Value.Undefined,
    };

    /// <summary>target[index]; undefined where there is no such element.</summary>
    public static Value At(Value target, Value index, Frame frame)
    {
        if (target.AsMap is { } map)
        {
            return index.Kind is ValueKind.List or ValueKind.Map or ValueKind.Undefined ? Value.Undefined
                : map.TryGet(MapKey(index, frame), out var member) ? member
                : Value.Undefined;
        }

        if (index.AsString is { } name)
        {
            return Of(target, name, frame);
        }

        if (!index.IsInlineInteger && !index.IsBoolean)
        {
            return Value.Undefined;
        }

        return target.Kind == ValueKind.String ? Character(target.AsString!, index.Bits, frame) : Element(target, index.Bits);
    }

    /// <summary>The text by which a map knows a key; JSON has no others.</summary>
    public static string MapKey(Value key, Frame frame)
    {
        if (key.AsString is { } name)
        {
            frame.ChargeScan(name.Length);
            return name;
        }

        frame.ChargeNumbers(key, default);
        return key.Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.List or ValueKind.Map => frame.Text(key),
            _ => key.ToText(),
        };
    }

    private static Value Element(Value target, long index) => target.GetItem(index < 0 ? index + target.Count : index);

    private static Value Character(string text, long index, Frame frame)
    {
        if (frame.IsPlain(text))
        {
            var place = index < 0 ? index + text.Length : index;
            return place >= 0 && place < text.Length ? Value.From(text[(int)place].ToString()) : Value.Undefined;
        }

        frame.ChargeText(text.Length);
        var at = index < 0 ? index + CodePoints.Count(text) : index;
        return at >= 0 && CodePoints.At(text, at) is { } letter ? Value.From(letter) : Value.Undefined;
    }
}
