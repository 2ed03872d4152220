using System.Buffers;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The methods of strings, as Python has them.</summary>
internal static class StringMethods
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static readonly OperationTable Table = Build();

    private static OperationTable Build()
    {
        var table = new OperationTable();
        AddChanges(table);
        AddQuestions(table);
        return table
            .Add("center", "width fillchar?", static (in Call call) => Pad(call, LayoutFilters.Side.Both))
            .Add("ljust", "width fillchar?", static (in Call call) => Pad(call, LayoutFilters.Side.Right))
            .Add("rjust", "width fillchar?", static (in Call call) => Pad(call, LayoutFilters.Side.Left))
            .Add("zfill", "width", static (in Call call) => ZeroFill(call))
            .Add("split", "sep? maxsplit?", static (in Call call) => TextFilters.Split(call))
            .Add("rsplit", "sep? maxsplit?", static (in Call call) => SplitFromEnd(call))
            .Add("splitlines", "keepends?", static (in Call call) => TextFilters.Strings(call.Frame, Lines(call, call.FlagAt(0))))
            .Add("partition", "sep", static (in Call call) =>
                Partition(call, Find(call, Separator(call)), isFromEnd: false))
            .Add("rpartition", "sep", static (in Call call) =>
                Partition(call, FindLast(call, Separator(call)), isFromEnd: true))
            .Add("join", "iterable", static (in Call call) => Join(call))
            .Add("format", "* **", static (in Call call) => BraceFormat.Apply(call.Text, call.Rest.ToArray(), call.Extra, call.Frame));
    }

    private static Value Pad(in Call call, LayoutFilters.Side side) =>
        LayoutFilters.Pad(call, call.Text, call.IntegerAt(0), side, call.TextAt(1, " "));

    private static void AddChanges(OperationTable table) => table
        .Add("upper", "", static (in Call call) => call.Frame.Built(call.Text.ToUpperInvariant()))
        .Add("lower casefold", "", static (in Call call) => call.Frame.Built(call.Text.ToLowerInvariant()))
        .Add("capitalize", "", static (in Call call) => call.Frame.Built(TextFilters.Capitalize(call.Text)))
        .Add("title", "", static (in Call call) => call.Frame.Built(Title(call.Text)))
        .Add("swapcase", "", static (in Call call) => call.Frame.Built(SwapCase(call.Text)))
        .Add("strip", "chars?", static (in Call call) => call.Frame.Built(TextFilters.Strip(call, left: true, right: true)))
        .Add("lstrip", "chars?", static (in Call call) => call.Frame.Built(TextFilters.Strip(call, left: true, right: false)))
        .Add("rstrip", "chars?", static (in Call call) => call.Frame.Built(TextFilters.Strip(call, left: false, right: true)))
        .Add("replace", "old new count?", static (in Call call) => TextFilters.Replace(call))
        .Add("removeprefix", "prefix", static (in Call call) => call.Text.StartsWith(call.TextAt(0), StringComparison.Ordinal)
            ? Value.From(call.Text[call.TextAt(0).Length..]) : call.Input)
        .Add("removesuffix", "suffix", static (in Call call) => call.Text.EndsWith(call.TextAt(0), StringComparison.Ordinal)
            ? Value.From(call.Text[..^call.TextAt(0).Length]) : call.Input)
        .Add("expandtabs", "tabsize?", static (in Call call) => ExpandTabs(call));

    private static void AddQuestions(OperationTable table) => table
        .Add("startswith", "prefix", static (in Call call) =>
            AnyOf(call, static (text, part) => text.StartsWith(part, StringComparison.Ordinal)))
        .Add("endswith", "suffix", static (in Call call) =>
            AnyOf(call, static (text, part) => text.EndsWith(part, StringComparison.Ordinal)))
        .Add("find", "sub", static (in Call call) =>
            Value.From(Place(call, Find(call, call.TextAt(0)))))
        .Add("rfind", "sub", static (in Call call) =>
            Value.From(Place(call, FindLast(call, call.TextAt(0)))))
        .Add("index", "sub", static (in Call call) =>
            Value.From(Found(Place(call, Find(call, call.TextAt(0))))))
        .Add("rindex", "sub", static (in Call call) =>
            Value.From(Found(Place(call, FindLast(call, call.TextAt(0))))))
        .Add("count", "sub", static (in Call call) => Value.From(
            call.TextAt(0).Length == 0 ? call.Frame.CountOf(call.Text) + 1 : Search(call, call.TextAt(0)).Count(call.Text)))
        .Add("isdigit isdecimal isnumeric", "", static (in Call call) => All(call, char.IsDigit))
        .Add("isalpha", "", static (in Call call) => All(call, char.IsLetter))
        .Add("isalnum", "", static (in Call call) => All(call, char.IsLetterOrDigit))
        .Add("isspace", "", static (in Call call) => All(call, char.IsWhiteSpace))
        .Add("isupper", "", static (in Call call) => Value.From(call.Text.Any(char.IsUpper) && !call.Text.Any(char.IsLower)))
        .Add("islower", "", static (in Call call) => Value.From(call.Text.Any(char.IsLower) && !call.Text.Any(char.IsUpper)))
        .Add("istitle", "", static (in Call call) => Value.From(call.Text.Any(char.IsLetter) && Title(call.Text) == call.Text))
        .Add("isascii", "", static (in Call call) => Value.From(Ascii.IsValid(call.Text)));

    private static Value All(in Call call, Func<char, bool> question) => Value.From(call.Text.Length > 0 && call.Text.All(question));

    private static Value AnyOf(in Call call, Func<string, string, bool> question)
    {
        var (text, frame) = (call.Text, call.Frame);
        var parts = call[0].Kind == ValueKind.List ? Sequence.ToArray(call[0], frame) : [call[0]];
        return Value.From(parts.Any(part => question(text, frame.Text(part))));
    }

    private static long Found(long place) =>
        place >= 0 ? place : throw new TemplateFault(TemplateErrorKind.Type, "the part is not in the text");

    private static TextSearch Search(in Call call, string part)
    {
        call.Frame.ChargeText(part.Length);
        return new TextSearch(part);
    }

    private static int Find(in Call call, string part) => part.Length == 0 ? 0 : Search(call, part).Find(call.Text);

    private static int FindLast(in Call call, string part)
    {
        call.Frame.ChargeText(((long)part.Length + call.Text.Length) * 2);
        return TextSearch.FindLast(call.Text, part);
    }

    private static List<string> Lines(in Call call, bool keepsEnds)
    {
        var (text, frame) = (call.Text, call.Frame);
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOfAny(LineEnds);
            var end = length < 0 ? text.Length : start + length;
            var next = end == text.Length ? end : end + (text.AsSpan(end).StartsWith("\r\n") ? 2 : 1);
            frame.Charge(2);
            frame.CheckCollectionSize(lines.Count + 1L);
            lines.Add(text[start..(keepsEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    private static Value ExpandTabs(in Call call)
    {
        var (text, size) = (call.Text, Math.Clamp(call.IntegerAt(0, 8), 0, 100));
        call.Frame.CheckTextLength(text.Length + ((long)text.AsSpan().Count('\t') * size));
        var result = new StringBuilder(text.Length);
        var column = 0;
        foreach (var letter in text)
        {
            var blanks = letter != '\t' || size == 0 ? 0 : size - (column % size);
            result.Append(letter == '\t' ? ' ' : letter, letter == '\t' ? blanks : 1);
            column = letter is '\n' or '\r' ? 0 : column + (letter == '\t' ? blanks : 1);
        }

        return call.Frame.Built(result.ToString());
    }

    private static long Place(in Call call, int place) => place <= 0 || call.Frame.IsPlain(call.Text) ? place : CodePoints.Count(call.Text[..place]);

    // Unlike the filter, the method starts a word after anything that is not a letter.
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var letter in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter));
            inWord = char.IsLetter(letter);
        }

        return result.ToString();
    }

    private static string SwapCase(string text) =>
        string.Concat(text.Select(letter => char.IsUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)));

    private static Value ZeroFill(in Call call)
    {
        var (text, width) = (call.Text, call.IntegerAt(0));
        call.Frame.CheckTextLength(width);
        var sign = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        return call.Frame.Built(text[..sign] + text[sign..].PadLeft(Math.Max(0, width - sign), '0'));
    }

    private static string Separator(in Call call) => call.TextAt(0) is { Length: > 0 } separator ? separator
        : throw new TemplateFault(TemplateErrorKind.Type, "the separator is empty");

    private static Value Partition(in Call call, int place, bool isFromEnd)
    {
        var (text, separator) = (call.Text, Separator(call));
        string[] parts = place >= 0 ? [text[..place], separator, text[(place + separator.Length)..]]
            : isFromEnd ? [string.Empty, string.Empty, text] : [text, string.Empty, string.Empty];
        return TextFilters.Strings(call.Frame, parts);
    }

    private static Value SplitFromEnd(in Call call)
    {
        var limit = call.IntegerAt(1, -1);
        if (limit < 0)
        {
            return TextFilters.Split(call);
        }

        if (!call.Has(0))
        {
            return TextFilters.Strings(call.Frame, SplitFromEnd(call.Text, limit, call.Frame));
        }

        var parts = TextFilters.Parts(call.Text, Separator(call), -1, call.Frame);
        return TextFilters.Strings(
            call.Frame, parts.Count <= (long)limit + 1 ? parts : [string.Join(Separator(call), parts[..^limit]), .. parts[^limit..]]);
    }

    // What is left in front keeps its white space inside.
    private static List<string> SplitFromEnd(string text, int limit, Frame frame)
    {
        var words = new List<string>();
        var rest = text.AsSpan().TrimEnd();
        while (rest.Length > 0 && words.Count < limit)
        {
            var start = rest.Length;
            while (start > 0 && !char.IsWhiteSpace(rest[start - 1]))
            {
                start--;
            }

            frame.Charge(2);
            frame.CheckCollectionSize(words.Count + 1L);
            words.Add(rest[start..].ToString());
            rest = rest[..start].TrimEnd();
        }

        if (rest.Length > 0)
        {
            words.Add(rest.ToString());
        }

        words.Reverse();
        return words;
    }

    private static Value Join(in Call call)
    {
        var output = new TextOutput(call.Frame);
        var items = Sequence.ToArray(call[0], call.Frame);
        for (var place = 0; place < items.Length; place++)
        {
            output.Write(place > 0 ? call.Text : string.Empty);
            output.Write(call.Frame.Text(items[place]));
        }

        return Value.From(output.ToString());
    }
}
