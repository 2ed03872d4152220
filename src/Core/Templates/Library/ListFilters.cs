using System.Runtime.ExceptionServices;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters over whole lists: length, ends, order, sums, groups.</summary>
internal static class ListFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("length count size", "", static (in Call call) => Length(call))
        .Add("first", "", static (in Call call) => End(call, isLast: false))
        .Add("last", "", static (in Call call) => End(call, isLast: true))
        .Add("list", "", static (in Call call) => call.Frame.Built(call.Items()))
        .Add("reverse", "", static (in Call call) => Reverse(call))
        .Add("sort", "reverse? case_sensitive? attribute?", static (in Call call) => Sort(call))
        .Add("unique uniq", "case_sensitive? attribute?", static (in Call call) => Unique(call))
        .Add("join", "d? attribute?", static (in Call call) => Join(call, string.Empty))
        .Add("sum", "attribute? start?", static (in Call call) => Sum(call))
        .Add("min", "case_sensitive? attribute?", static (in Call call) => Extreme(call, 1))
        .Add("max", "case_sensitive? attribute?", static (in Call call) => Extreme(call, -1))
        .Add("batch", "linecount fill_with?", static (in Call call) => Batch(call))
        .Add("slice", "slices fill_with?", static (in Call call) => Slice(call));

    private static Value Length(in Call call) => call.Input.Kind switch
    {
        ValueKind.String => Value.From(call.Frame.CountOf(call.Input.AsString!)),
        ValueKind.List or ValueKind.Map => Value.From(call.Input.Count),
        ValueKind.Undefined => Value.From(0),
        _ => throw call.Wrong("a list, map or string", call.Input),
    };

    private static Value End(in Call call, bool isLast)
    {
        var list = Sequence.Of(call.Input, call.Frame);
        return list.Count == 0 ? Value.Undefined : list.Get(isLast ? list.Count - 1 : 0);
    }

    private static Value Reverse(in Call call)
    {
        if (call.Input.AsString is { } text)
        {
            call.Frame.ChargeText(text.Length);
            return call.Frame.Built(CodePoints.Reverse(text));
        }

        var items = call.Items();
        Array.Reverse(items);
        return call.Frame.Built(items);
    }

    /// <summary>Text without case unless the filter minds it: how sort, unique, min, max and groupby compare.</summary>
    public static Value Key(Value value, bool isCaseSensitive, Frame frame)
    {
        if (isCaseSensitive || value.AsString is not { } text)
        {
            return value;
        }

        frame.ChargeText(text.Length);
        return Value.From(text.ToLowerInvariant());
    }

    public static Value[] SortBy(Value[] items, Func<Value, Value> key, bool isDescending, Frame frame)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        var order = new ValueOrder(frame);

        // Compared even when alone in Python only from two on; a list of one needs no order.
        try
        {
            return isDescending
                ? [.. keyed.OrderByDescending(pair => pair.Key, order).Select(pair => pair.Item)]
                : [.. keyed.OrderBy(pair => pair.Key, order).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException failure) when (failure.InnerException is not null)
        {
            // What a comparison throws comes wrapped: a fault, or that the evaluation was stopped or broken off.
            ExceptionDispatchInfo.Throw(failure.InnerException);
            throw;
        }
    }

    private static Value Sort(in Call call)
    {
        var (frame, isCaseSensitive) = (call.Frame, call.FlagAt(1));
        var paths = call.Has(2) ? Paths(call[2], frame) : null;
        var sorted = SortBy(call.Items(), KeyOf, call.FlagAt(0), frame);
        return frame.Built(sorted);

        // Keys are lists, as in Jinja2: equal keys need no order, so even maps can be sorted when they are all equal.
        Value KeyOf(Value item) => paths is null
            ? Value.List([Key(item, isCaseSensitive, frame)])
            : Value.List([.. paths.Select(path => Key(path.Of(item, frame), isCaseSensitive, frame))]);
    }

    private static AttributePath[] Paths(Value attribute, Frame frame) => attribute.AsString is { Length: <= AttributePath.MaxLength } text
        ? [.. text.Split(',').Select(path => new AttributePath(Value.From(path), frame))]
        : [new AttributePath(attribute, frame)];

    private static Value Unique(in Call call)
    {
        var path = call.Has(1) ? new AttributePath(call[1], call.Frame) : null;
        var seen = new HashSet<Value>(new ValueEquality(call.Frame));
        var kept = new List<Value>();
        foreach (var item in call.Items())
        {
            if (seen.Add(Key(path is null ? item : path.Of(item, call.Frame), call.FlagAt(0), call.Frame)))
            {
                kept.Add(item);
            }
        }

        return call.Frame.Built([.. kept]);
    }

    public static Value Join(in Call call, string otherwise)
    {
        var separator = call.TextAt(0, otherwise);
        var path = call.Has(1) ? new AttributePath(call[1], call.Frame) : null;
        var output = new TextOutput(call.Frame);
        var items = Sequence.Of(call.Input, call.Frame);
        for (var index = 0L; index < items.Count; index++)
        {
            if (index > 0)
            {
                output.Write(separator);
            }

            var item = items.Get(index);
            output.Write(call.Frame.Text(path is null ? item : path.Of(item, call.Frame)));
        }

        return Value.From(output.ToString());
    }

    private static Value Sum(in Call call)
    {
        var path = call.Has(0) ? new AttributePath(call[0], call.Frame) : null;
        var total = call[1].IsMissing ? Value.From(0) : call[1];
        foreach (var item in call.Items())
        {
            var value = path is null ? item : path.Of(item, call.Frame);
            if (Arithmetic.IsNumber(total) && Arithmetic.IsNumber(value))
            {
                total = Arithmetic.Apply(BinaryOperator.Add, total, value, call.Frame);
            }
            else if (total.Kind == ValueKind.List && value.Kind == ValueKind.List)
            {
                total = OnCollections.Apply(BinaryOperator.Add, total, value, call.Frame);
            }
            else
            {
                throw call.Wrong("numbers", value);
            }
        }

        return total;
    }

    private static Value Extreme(in Call call, int sign)
    {
        var path = call.Has(1) ? new AttributePath(call[1], call.Frame) : null;
        var (best, bestKey) = (Value.Undefined, Value.Undefined);
        var isFirst = true;
        foreach (var item in call.Items())
        {
            var key = Key(path is null ? item : path.Of(item, call.Frame), call.FlagAt(0), call.Frame);
            if (isFirst || ValueOrder.Compare(key, bestKey, call.Frame) * sign < 0)
            {
                (best, bestKey) = (item, key);
            }

            isFirst = false;
        }

        return best;
    }

    private static Value Batch(in Call call)
    {
        var size = call.IntegerAt(0);
        if (size <= 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "a batch needs a size above 0");
        }

        var batches = new List<Value>();
        foreach (var batch in call.Items().Chunk(size))
        {
            var padding = call.Has(1) ? size - batch.Length : 0;
            call.Frame.CheckCollectionSize(batch.Length + (long)padding);
            batches.Add(call.Frame.Built([.. batch, .. Enumerable.Repeat(call[1], padding)]));
        }

        return call.Frame.Built([.. batches]);
    }

    // The first slices get one element more where it does not come out even; only the others are filled up.
    private static Value Slice(in Call call)
    {
        var (items, count) = (call.Items(), call.IntegerAt(0));
        call.Frame.CheckCollectionSize(count);
        if (count <= 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "slicing needs a count above 0");
        }

        var (size, extra) = (items.Length / count, items.Length % count);
        var slices = new List<Value>();
        var at = 0;
        for (var place = 0; place < count; place++)
        {
            var end = at + size + (place < extra ? 1 : 0);
            var isFilled = call.Has(1) && place >= extra;
            slices.Add(call.Frame.Built(isFilled ? [.. items[at..end], call[1]] : items[at..end]));
            at = end;
        }

        return call.Frame.Built([.. slices]);
    }
}
