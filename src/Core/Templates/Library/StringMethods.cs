using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The methods of strings, as Python has them.</summary>
internal static class StringMethods
{
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
            .Add("splitlines", "", static (in Call call) => TextFilters.Strings(call.Frame, call.Text.Length == 0 ? [] : LayoutFilters.Lines(call.Text)))
            .Add("partition", "sep", static (in Call call) => Partition(call, call.Text.IndexOf(Separator(call), StringComparison.Ordinal), isFromEnd: false))
            .Add("rpartition", "sep", static (in Call call) => Partition(call, call.Text.LastIndexOf(Separator(call), StringComparison.Ordinal), isFromEnd: true))
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
            ? Value.From(call.Text[..^call.TextAt(0).Length]) : call.Input);

    private static void AddQuestions(OperationTable table) => table
        .Add("startswith", "prefix", static (in Call call) => AnyOf(call, static (text, part) => text.StartsWith(part, StringComparison.Ordinal)))
        .Add("endswith", "suffix", static (in Call call) => AnyOf(call, static (text, part) => text.EndsWith(part, StringComparison.Ordinal)))
        .Add("find", "sub", static (in Call call) => Value.From(Place(call.Text, call.Text.IndexOf(call.TextAt(0), StringComparison.Ordinal))))
        .Add("rfind", "sub", static (in Call call) => Value.From(Place(call.Text, call.Text.LastIndexOf(call.TextAt(0), StringComparison.Ordinal))))
        .Add("index", "sub", static (in Call call) => call.Text.IndexOf(call.TextAt(0), StringComparison.Ordinal) is var place and >= 0
            ? Value.From(Place(call.Text, place)) : throw new TemplateFault(TemplateErrorKind.Type, "the part is not in the text"))
        .Add("count", "sub", static (in Call call) => Value.From(
            call.TextAt(0).Length == 0 ? CodePoints.Count(call.Text) + 1 : call.Text.AsSpan().Count(call.TextAt(0))))
        .Add("isdigit isdecimal isnumeric", "", static (in Call call) => All(call, char.IsDigit))
        .Add("isalpha", "", static (in Call call) => All(call, char.IsLetter))
        .Add("isalnum", "", static (in Call call) => All(call, char.IsLetterOrDigit))
        .Add("isspace", "", static (in Call call) => All(call, char.IsWhiteSpace))
        .Add("isupper", "", static (in Call call) => Value.From(call.Text.Any(char.IsUpper) && !call.Text.Any(char.IsLower)))
        .Add("islower", "", static (in Call call) => Value.From(call.Text.Any(char.IsLower) && !call.Text.Any(char.IsUpper)))
        .Add("isascii", "", static (in Call call) => Value.From(Ascii.IsValid(call.Text)));

    private static Value All(in Call call, Func<char, bool> question) => Value.From(call.Text.Length > 0 && call.Text.All(question));

    private static Value AnyOf(in Call call, Func<string, string, bool> question)
    {
        var (text, frame) = (call.Text, call.Frame);
        var parts = call[0].Kind == ValueKind.List ? Sequence.ToArray(call[0], frame) : [call[0]];
        return Value.From(parts.Any(part => question(text, frame.Text(part))));
    }

    private static long Place(string text, int place) => place <= 0 ? place : CodePoints.Count(text[..place]);

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

        var parts = call.Has(0) ? call.Text.Split(Separator(call)) : call.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length <= limit + 1)
        {
            return TextFilters.Strings(call.Frame, parts);
        }

        var joined = string.Join(call.Has(0) ? Separator(call) : " ", parts[..^limit]);
        return TextFilters.Strings(call.Frame, [joined, .. parts[^limit..]]);
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
