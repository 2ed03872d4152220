using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>
/// What loops and filters run over: lists as they are, the keys of a map, the characters of a string, nothing of
/// undefined.
/// </summary>
internal static class Sequence
{
    private static readonly ArrayValue Empty = new([]);

    public static ListValue Of(Value value, Frame frame)
    {
        switch (value.Kind)
        {
            case ValueKind.List:
                return value.AsList!;
            case ValueKind.Undefined:
                return Empty;
            case ValueKind.Map:
                frame.CheckCollectionSize(value.AsMap!.Count);
                frame.Charge(value.AsMap.Count);
                return new ArrayValue([.. value.AsMap!.Entries.Select(entry => Value.From(entry.Key))]);
            case ValueKind.String:
                frame.CheckCollectionSize(frame.CountOf(value.AsString!));
                frame.ChargeLetters(value.AsString!.Length);
                return new ArrayValue([.. CodePoints.Split(value.AsString!).Select(Value.From)]);
            default:
                throw new TemplateFault(TemplateErrorKind.Type, $"expected a list, found {Phrase.A(value)}");
        }
    }

    /// <summary>All elements as an array, counted and within bounds.</summary>
    public static Value[] ToArray(Value value, Frame frame)
    {
        var list = Of(value, frame);
        frame.CheckCollectionSize(list.Count);
        frame.Charge(list.Count);
        var items = new Value[list.Count];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = list.Get(index);
        }

        return items;
    }
}
