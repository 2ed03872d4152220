using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters over maps, and those that give or group members; <c>default</c> too.</summary>
internal static class MapFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("default d", "default_value? boolean?", static (in Call call) => Default(call))
        .Add("items", "", static (in Call call) => Items(call))
        .Add("keys", "", static (in Call call) => Keys(call.Map(), call.Frame))
        .Add("values", "", static (in Call call) => call.Frame.Built([.. call.Map().Entries.Select(entry => entry.Value)]))
        .Add("dictsort", "case_sensitive? by? reverse?", static (in Call call) => Sort(call))
        .Add("attr", "name", static (in Call call) => Members.At(call.Input, call[0], call.Frame))
        .Add("groupby", "attribute default? case_sensitive?", static (in Call call) => GroupBy(call));

    private static Value Default(in Call call)
    {
        var isReplaced = call.Input.Kind == ValueKind.Undefined || call.Input.IsAbsent || (call.FlagAt(1) && !call.Input.IsTruthy);
        return isReplaced ? (call[0].IsMissing ? Value.From(string.Empty) : call[0]) : call.Input;
    }

    public static Value Pairs(MapValue map, Frame frame)
    {
        frame.CheckCollectionSize(map.Count);
        return frame.Built([.. map.Entries.Select(entry => frame.Built([Value.From(entry.Key), entry.Value]))]);
    }

    public static Value Keys(MapValue map, Frame frame)
    {
        frame.CheckCollectionSize(map.Count);
        return frame.Built([.. map.Entries.Select(entry => Value.From(entry.Key))]);
    }

    private static Value Items(in Call call) =>
        call.Input.Kind == ValueKind.Undefined ? Value.List([]) : Pairs(call.Map(), call.Frame);

    private static Value Sort(in Call call)
    {
        var (isCaseSensitive, by) = (call.FlagAt(0), call.TextAt(1, "key"));
        if (by is not ("key" or "value"))
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"a map is sorted by key or value, not by '{by}'");
        }

        var place = by == "key" ? 0 : 1;
        var pairs = Sequence.ToArray(Pairs(call.Map(), call.Frame), call.Frame);
        var frame = call.Frame;
        return frame.Built(ListFilters.SortBy(pairs, KeyOf, call.FlagAt(2), frame));

        Value KeyOf(Value pair) => ListFilters.Key(pair.GetItem(place), isCaseSensitive, frame);
    }

    private static Value GroupBy(in Call call)
    {
        var (frame, path, otherwise, isCaseSensitive) = (call.Frame, new AttributePath(call[0], call.Frame), call[1], call.FlagAt(2));
        var sorted = ListFilters.SortBy(call.Items(), KeyOf, isDescending: false, frame);
        var groups = new List<Value>();
        for (var start = 0; start < sorted.Length;)
        {
            var key = KeyOf(sorted[start]);
            var end = start + 1;
            while (end < sorted.Length && ValueEquality.AreEqual(key, KeyOf(sorted[end]), frame))
            {
                end++;
            }

            groups.Add(new Value(new GroupValue(Grouper(sorted[start]), frame.Built(sorted[start..end]))));
            start = end;
        }

        return frame.Built([.. groups]);

        Value Grouper(Value item) => path.Of(item, frame, otherwise);

        Value KeyOf(Value item) => ListFilters.Key(Grouper(item), isCaseSensitive, frame);
    }
}
