using System.Globalization;
using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>What can be called by name.</summary>
internal static class Functions
{
    public static readonly OperationTable Table = new OperationTable()
        .Add("range", "start stop? step?", static (in Call call) => Range(call))
        .Add("now", "", static (in Call call) => Value.From(
            call.Frame.Context.Now.UtcDateTime.ToString(TimeFilters.InstantFormat, CultureInfo.InvariantCulture)))
        .Add("dict", "mapping? **", static (in Call call) => Map(call));

    private static Value Range(in Call call)
    {
        var first = Bound(call, 0);
        var (start, stop) = call[1].IsMissing ? (0, first) : (first, Bound(call, 1));
        var step = call[2].IsMissing ? 1 : Bound(call, 2);
        if (step == 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "the step of a range cannot be 0");
        }

        // Places in a list are 64-bit integers: what is longer could neither be counted nor read to its end.
        return RangeValue.CountOf(start, stop, step) is var count && count <= long.MaxValue
            ? Value.Range(start, stop, step)
            : throw new TemplateFault(TemplateErrorKind.Arithmetic, $"a range has at most {long.MaxValue} elements, this one {count}");
    }

    private static long Bound(in Call call, int place)
    {
        var value = call[place];
        if (value.Kind is not (ValueKind.Integer or ValueKind.Boolean))
        {
            throw call.Wrong("an integer", value);
        }

        var number = Arithmetic.Integer(value);
        return number >= long.MinValue && number <= long.MaxValue ? (long)number
            : throw new TemplateFault(TemplateErrorKind.Arithmetic, "a range is bounded by 64-bit integers");
    }

    private static Value Map(in Call call)
    {
        var members = new List<KeyValuePair<string, Value>>();
        if (!call[0].IsMissing)
        {
            var frame = call.Frame;
            members.AddRange(call[0].AsMap?.Entries ?? Sequence.ToArray(call[0], frame)
                .Select(pair => KeyValuePair.Create(Members.MapKey(pair.GetItem(0), frame), pair.GetItem(1))));
        }

        members.AddRange(call.Extra);
        return call.Frame.Built(members);
    }
}
