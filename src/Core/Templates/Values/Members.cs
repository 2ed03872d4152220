using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Members of values that are not maps, and indexing of all of them.</summary>
internal static class Members
{
    /// <summary>Liquid's size, first and last, and the named parts of a group; undefined for all else.</summary>
    public static Value Of(Value target, string name) => (name, target.Kind) switch
    {
        ("size", ValueKind.List or ValueKind.String) => Value.From(target.Count),
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
                : map.TryGet(MapKey(index), out var member) ? member
                : Value.Undefined;
        }

        if (index.AsString is { } name)
        {
            return Of(target, name);
        }

        if (!index.IsInlineInteger && !index.IsBoolean)
        {
            return Value.Undefined;
        }

        return target.Kind == ValueKind.String ? Character(target.AsString!, index.Bits, frame) : Element(target, index.Bits);
    }

    /// <summary>The text by which a map knows a key; JSON has no others.</summary>
    public static string MapKey(Value key) => key.Kind switch
    {
        ValueKind.String => key.AsString!,
        ValueKind.Null => "null",
        _ => key.ToText(),
    };

    private static Value Element(Value target, long index) => target.GetItem(index < 0 ? index + target.Count : index);

    private static Value Character(string text, long index, Frame frame)
    {
        if (!CodePoints.HasSurrogates(text))
        {
            var place = index < 0 ? index + text.Length : index;
            return place >= 0 && place < text.Length ? Value.From(text[(int)place].ToString()) : Value.Undefined;
        }

        frame.ChargeText(text.Length);
        var letters = CodePoints.Split(text);
        var at = index < 0 ? index + letters.Length : index;
        return at >= 0 && at < letters.Length ? Value.From(letters[at]) : Value.Undefined;
    }
}
