using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>
/// Bounds a result before it is written: shared parts of built lists and maps are small in memory and may be enormous as text, and so are lazy lists.
/// Also finds parts that no result may hold: what is undefined, and floats that JSON cannot write. Documents from outside are not walked.
/// </summary>
internal static class ResultSize
{
    /// <param name="keepsLazy">The value itself may be a lazy list of any length: whoever asked reads it element by element and does not write it.</param>
    public static Value Check(Value value, Frame frame, bool keepsLazy = false)
    {
        var budget = (long)frame.Options.MaxOutputLength;
        if (!keepsLazy || value.AsList is not { IsLazy: true })
        {
            Walk(value, frame, ref budget);
        }

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
        else if (value.IsFloat && !double.IsFinite(value.FloatBits) && value.AsWritten is null)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, $"JSON has no number {NumberText.Of(value.FloatBits)}");
        }
        else if (value.AsList is { IsBuilt: true } list)
        {
            WalkList(list, frame, ref budget);
        }
        else if (value.AsList is { IsLazy: true } lazy)
        {
            frame.CheckCollectionSize(lazy.Count);
            frame.Charge(lazy.Count);
        }
        else if (value.AsMap is { IsBuilt: true } map)
        {
            foreach (var entry in map.Entries)
            {
                budget -= entry.Key.Length;
                frame.Charge(1);
                Walk(entry.Value, frame, ref budget);
            }
        }
    }

    private static void WalkList(ListValue list, Frame frame, ref long budget)
    {
        frame.Charge(list.Count);
        for (var index = 0L; index < list.Count; index++)
        {
            Walk(list.Get(index), frame, ref budget);
        }
    }
}
