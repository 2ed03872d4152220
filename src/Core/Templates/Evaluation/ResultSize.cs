using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>
/// Bounds a result before it is written: shared parts of built lists and maps are small in memory and may be enormous as text.
/// Also finds parts that no result may hold: what is undefined, and floats that JSON cannot write. Documents and lazy lists from outside are not walked.
/// </summary>
internal static class ResultSize
{
    public static Value Check(Value value, Frame frame)
    {
        var budget = (long)frame.Options.MaxOutputLength;
        Walk(value, frame, ref budget);
        return value;
    }

    private static void Walk(Value value, Frame frame, ref long budget)
    {
        budget -= value.AsString is { } text ? text.Length + 2 : 1;
        if (budget < 0)
        {
            frame.CheckTextLength(long.MaxValue);
        }

        if (value.Kind == ValueKind.Undefined)
        {
            throw new TemplateFault(TemplateErrorKind.UnknownName, UndefinedPhrase.Of((value.AsStorage as Missing)?.Expression, frame));
        }
        else if (value.IsFloat && !double.IsFinite(value.FloatBits))
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, $"JSON has no number {NumberText.Of(value.FloatBits)}");
        }
        else if (value.AsList is { IsBuilt: true } list)
        {
            WalkList(list, frame, ref budget);
        }
        else if (value.AsMap is { IsBuilt: true } map)
        {
            foreach (var entry in map.Entries)
            {
                budget -= entry.Key.Length;
                Walk(entry.Value, frame, ref budget);
            }
        }
    }

    private static void WalkList(ListValue list, Frame frame, ref long budget)
    {
        for (var index = 0L; index < list.Count; index++)
        {
            Walk(list.Get(index), frame, ref budget);
        }
    }
}
