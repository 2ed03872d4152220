using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>
/// Liquid's filters: those whose names are free in both spellings, those that Jinja2 also has in the colon spelling
/// only.
/// </summary>
internal static class LiquidFilters
{
    /// <summary>Names that mean the same with either spelling.</summary>
    public static void AddPlainTo(OperationTable table) => table
        .Add("plus", "other", static (in Call call) => Calculate(BinaryOperator.Add, call))
        .Add("minus", "other", static (in Call call) => Calculate(BinaryOperator.Subtract, call))
        .Add("times", "other", static (in Call call) => Calculate(BinaryOperator.Multiply, call))
        .Add("modulo", "other", static (in Call call) => Calculate(BinaryOperator.Modulo, call))
        .Add("divided_by", "other integer?", static (in Call call) => Divide(call))
        .Add("ceil", "", static (in Call call) => Whole(Number(call.Input, call), Math.Ceiling))
        .Add("floor", "", static (in Call call) => Whole(Number(call.Input, call), Math.Floor))
        .Add("at_least", "other", static (in Call call) => Bound(call, 1))
        .Add("at_most", "other", static (in Call call) => Bound(call, -1))
        .Add("append", "other", static (in Call call) => Join(call.Frame, call.Text, call.TextAt(0)))
        .Add("prepend", "other", static (in Call call) => Join(call.Frame, call.TextAt(0), call.Text))
        .Add("remove", "part", static (in Call call) =>
            TextFilters.Replace(call.Frame, call.Text, call.TextAt(0), string.Empty, int.MaxValue))
        .Add("remove_first", "part", static (in Call call) => TextFilters.Replace(call.Frame, call.Text, call.TextAt(0), string.Empty, 1))
        .Add("replace_first", "old new?", static (in Call call) =>
            TextFilters.Replace(call.Frame, call.Text, call.TextAt(0), call.TextAt(1), 1))
        .Add("where", "attribute value?", static (in Call call) => Where(call))
        .Add("concat", "other", static (in Call call) => call.Frame.Built([.. call.Items(), .. Sequence.ToArray(call[0], call.Frame)]))
        .Add("compact", "attribute?", static (in Call call) => Compact(call))
        .Add("sort_natural", "attribute?", static (in Call call) => Sort(call, isCaseSensitive: false))
        .Add("truncatewords", "count? end?", static (in Call call) => TruncateWords(call));

    /// <summary>Liquid's meaning of names that Jinja2 has too.</summary>
    public static OperationTable AddTo(OperationTable table) => table
        .Add("default", "default_value allow_false?", static (in Call call) => Default(call))
        .Add("join", "separator?", static (in Call call) => ListFilters.Join(call, " "))
        .Add("split", "separator", static (in Call call) => Split(call))
        .Add("map", "attribute", static (in Call call) => Map(call))
        .Add("sort", "attribute?", static (in Call call) => Sort(call, isCaseSensitive: true))
        .Add("uniq", "attribute?", static (in Call call) => Unique(call))
        .Add("sum", "attribute?", static (in Call call) => Sum(call))
        .Add("slice", "start length?", static (in Call call) => Slice(call))
        .Add("truncate", "length? end?", static (in Call call) => Truncate(call))
        .Add("round", "digits?", static (in Call call) => Round(call))
        .Add("replace", "old new?", static (in Call call) =>
            TextFilters.Replace(call.Frame, call.Text, call.TextAt(0), call.TextAt(1), int.MaxValue))
        .Add("first", "", static (in Call call) => call.Input.GetItem(0))
        .Add("last", "", static (in Call call) => call.Input.GetItem(call.Input.Count - 1));

    // Text that reads as a number counts as one; what does not is 0, as everywhere in Liquid.
    private static Value Number(Value value, in Call call)
    {
        if (Arithmetic.IsNumber(value))
        {
            return value.IsFloat ? value : Value.From(Arithmetic.Integer(value));
        }

        if (value.Kind == ValueKind.Undefined)
        {
            throw call.Wrong("a number", value);
        }

        call.Frame.ChargeLetters(value.AsString?.Length ?? 0);
        if (value.AsString is not { } text || NumberFilters.ParseFloat(text) is not { } number)
        {
            throw call.Wrong("a number", value);
        }

        return text.AsSpan().Trim().TrimStart("+-").IndexOfAnyExceptInRange('0', '9') < 0 && BigInteger.TryParse(text, out var whole)
            ? Value.From(whole)
            : Value.From(number);
    }

    private static Value Calculate(BinaryOperator operation, in Call call) =>
        Arithmetic.Apply(operation, Number(call.Input, call), Number(call[0], call), call.Frame);

    // Integers give an integer where it comes out even, else a float; the flag asks for whole division.
    private static Value Divide(in Call call)
    {
        var (left, right) = (Number(call.Input, call), Number(call[0], call));
        var isWhole = !left.IsFloat && !right.IsFloat
            && (call.FlagAt(1) || Arithmetic.Apply(BinaryOperator.Modulo, left, right, call.Frame).Equals(Value.From(0)));
        return Arithmetic.Apply(isWhole ? BinaryOperator.FloorDivide : BinaryOperator.Divide, left, right, call.Frame);
    }

    private static Value Whole(Value number, Func<double, double> round)
    {
        if (!number.IsFloat)
        {
            return number;
        }

        return double.IsFinite(number.FloatBits)
            ? Value.From(new BigInteger(round(number.FloatBits)))
            : throw new TemplateFault(TemplateErrorKind.Arithmetic, "the number is not finite");
    }

    private static Value Bound(in Call call, int sign)
    {
        var (number, bound) = (Number(call.Input, call), Number(call[0], call));
        return Arithmetic.Compare(number, bound) * sign < 0 ? bound : number;
    }

    private static Value Join(Frame frame, string left, string right)
    {
        frame.CheckTextLength((long)left.Length + right.Length);
        return frame.Built(left + right);
    }

    private static Value Default(in Call call)
    {
        var isKept = call.Input.IsTruthy
            || Arithmetic.IsNumber(call.Input) && !call.Input.IsBoolean
            || (call.FlagAt(1) && call.Input.IsBoolean);
        return isKept ? call.Input : call[0];
    }

    private static Value Split(in Call call)
    {
        var (text, separator) = (call.Text, call.TextAt(0));
        call.Frame.ChargeText(text.Length);
        var parts = text.Length == 0 ? [] : separator.Length == 0 ? TextFilters.Letters(text, call.Frame) : TextFilters.Parts(text, separator, -1, call.Frame);
        var kept = parts.Count;
        while (kept > 0 && parts[kept - 1].Length == 0)
        {
            kept--;
        }

        return TextFilters.Strings(call.Frame, [.. parts.Take(kept)]);
    }

    private static Value Map(in Call call)
    {
        var (path, frame) = (new AttributePath(call[0], call.Frame), call.Frame);
        return frame.Built(Array.ConvertAll(call.Items(), item =>
        {
            var value = path.Of(item, frame);
            return value.Kind == ValueKind.Undefined ? Value.Null : value;
        }));
    }

    private static Value Where(in Call call)
    {
        var (path, frame, wanted) = (new AttributePath(call[0], call.Frame), call.Frame, call[1]);
        return frame.Built(Array.FindAll(call.Items(), item =>
        {
            var value = path.Of(item, frame);
            return wanted.IsMissing ? value.IsTruthy : ValueEquality.AreEqual(value, wanted, frame);
        }));
    }

    private static Value Compact(in Call call)
    {
        var (path, frame) = (call.Has(0) ? new AttributePath(call[0], call.Frame) : null, call.Frame);
        return frame.Built(Array.FindAll(call.Items(), item =>
            (path is null ? item : path.Of(item, frame)).Kind is not (ValueKind.Null or ValueKind.Undefined)));
    }

    private static Value Sort(in Call call, bool isCaseSensitive)
    {
        var (path, frame) = (call.Has(0) ? new AttributePath(call[0], call.Frame) : null, call.Frame);
        return frame.Built(ListFilters.SortBy(call.Items(), KeyOf, isDescending: false, frame));

        Value KeyOf(Value item) => ListFilters.Key(path is null ? item : path.Of(item, frame), isCaseSensitive, frame);
    }

    private static Value Unique(in Call call)
    {
        var (path, frame) = (call.Has(0) ? new AttributePath(call[0], call.Frame) : null, call.Frame);
        var seen = new HashSet<Value>(new ValueEquality(frame));
        return frame.Built(Array.FindAll(call.Items(), item => seen.Add(path is null ? item : path.Of(item, frame))));
    }

    private static Value Sum(in Call call)
    {
        var path = call.Has(0) ? new AttributePath(call[0], call.Frame) : null;
        var total = Value.From(0);
        foreach (var item in call.Items())
        {
            total = Arithmetic.Apply(BinaryOperator.Add, total, Number(path is null ? item : path.Of(item, call.Frame), call), call.Frame);
        }

        return total;
    }

    private static Value Slice(in Call call)
    {
        var count = call.Input.Kind == ValueKind.List ? call.Input.Count : call.Frame.CountOf(call.Text);
        var start = (long)call.IntegerAt(0);
        start += start < 0 ? count : 0;
        var length = start < 0 || start > count ? 0 : Math.Clamp(call.IntegerAt(1, 1), 0, count - start);
        start = Math.Clamp(start, 0, count);
        return call.Input.Kind == ValueKind.List
            ? call.Frame.Built(call.Items()[(int)start..(int)(start + length)])
            : call.Frame.Built(CodePoints.Cut(call.Text, start, start + length));
    }

    private static Value Truncate(in Call call)
    {
        var (text, length, end) = (call.Text, call.IntegerAt(0, 50), call.TextAt(1, "..."));
        var kept = Math.Max(0, length - CodePoints.Count(end));
        return CodePoints.Count(text) <= length ? Value.From(text) : call.Frame.Built(CodePoints.Cut(text, 0, kept) + end);
    }

    private static Value TruncateWords(in Call call)
    {
        call.Frame.ChargeLetters(call.Text.Length);
        var words = call.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var count = Math.Max(1, call.IntegerAt(0, 15));
        return call.Frame.Built(words.Length <= count
            ? string.Join(' ', words)
            : string.Join(' ', words[..count]) + call.TextAt(1, "..."));
    }

    // Halves go away from zero here, and without digits the result is an integer.
    private static Value Round(in Call call)
    {
        var (number, digits) = (Number(call.Input, call), Math.Clamp(call.IntegerAt(0), 0, 15));
        if (!number.IsFloat)
        {
            return number;
        }

        return digits == 0
            ? Whole(number, value => Math.Floor(value + 0.5))
            : Value.From(Math.Floor((number.FloatBits * Math.Pow(10, digits)) + 0.5) / Math.Pow(10, digits));
    }
}
