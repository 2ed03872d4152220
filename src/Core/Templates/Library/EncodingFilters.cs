using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters between values and encoded text, and regular expressions (linear in time whatever the pattern).</summary>
internal static class EncodingFilters
{
    private const int MaxPatternLength = 1000;

    public static void AddTo(OperationTable table) => table
        .Add("tojson json", "indent?", static (in Call call) => ToJson(call))
        .Add("pprint", "", static (in Call call) => Json(call.Frame, call.Input, 2))
        .Add("fromjson from_json", "", static (in Call call) => FromJson(call))
        .Add("b64encode base64_encode", "", static (in Call call) => call.Frame.Built(Convert.ToBase64String(Utf8(call.Text))))
        .Add("b64decode base64_decode", "", static (in Call call) => FromBase64(call))
        .Add("sha256", "", static (in Call call) => Value.From(Convert.ToHexStringLower(SHA256.HashData(Utf8(call.Text)))))
        .Add("urlencode", "", static (in Call call) => UrlEncode(call))
        .Add("url_encode", "", static (in Call call) =>
            call.Frame.Built(Quote(call.Text, string.Empty).Replace("%20", "+", StringComparison.Ordinal)))
        .Add("url_decode", "", static (in Call call) => Unquote(call))
        .Add("regex_replace", "pattern replacement? ignorecase?", static (in Call call) => RegexReplace(call))
        .Add("regex_search", "pattern ignorecase?", static (in Call call) => RegexSearch(call));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Value ToJson(in Call call)
    {
        var indent = call[0].AsString is { } text ? text.Length : call.IntegerAt(0, -1);
        return Json(call.Frame, call.Input, Math.Min(indent, 16));
    }

    /// <summary>JSON with the members of maps in order of their names; on one line when <paramref name="indent"/> is negative.</summary>
    private static Value Json(Frame frame, Value value, int indent)
    {
        if (value.Kind == ValueKind.Undefined)
        {
            frame.Text(value);
        }

        ResultSize.Check(value, frame);
        var text = new StringBuilder();
        WriteSorted(text, value, indent, indent < 0 ? string.Empty : "\n", frame);
        return frame.Built(text.ToString());
    }

    private static void WriteSorted(StringBuilder text, Value value, int indent, string newline, Frame frame)
    {
        frame.Charge(1);
        frame.CheckTextLength(text.Length);
        var inner = indent < 0 ? newline : newline + new string(' ', indent);
        if (value.Kind is not (ValueKind.List or ValueKind.Map) || value.Count == 0)
        {
            frame.ChargeNumbers(value, default);
            text.Append(value.ToJson());
            return;
        }

        var separator = string.Empty;
        text.Append(value.Kind == ValueKind.List ? '[' : '{');
        frame.Charge(value.Kind == ValueKind.Map ? value.Count * 4 : 0);
        foreach (var (name, item) in Parts(value))
        {
            text.Append(separator).Append(inner);
            if (name is not null)
            {
                JsonText.AppendQuoted(text, name);
                text.Append(indent < 0 ? ":" : ": ");
            }

            WriteSorted(text, item, indent, inner, frame);
            separator = ",";
        }

        text.Append(newline).Append(value.Kind == ValueKind.List ? ']' : '}');
    }

    private static IEnumerable<(string? Name, Value Item)> Parts(Value value) => value.Kind == ValueKind.List
        ? value.Items.Select(item => ((string?)null, item))
        : value.Members.OrderBy(member => member.Key, Comparer<string>.Create(CodePoints.Compare))
            .Select(member => ((string?)member.Key, member.Value));

    private static Value FromJson(in Call call)
    {
        var text = call.Text;
        // Its lists and maps are opened when they are first read: that is paid for here.
        call.Frame.ChargeLetters(text.Length / 2);
        if (!Value.TryRead(Encoding.UTF8.GetBytes(text), "", out var value, out var problem))
        {
            throw new TemplateFault(TemplateErrorKind.Type, problem.Tell("the text").TrimEnd('.'));
        }

        return value;
    }

    private static Value FromBase64(in Call call)
    {
        try
        {
            return call.Frame.Built(Encoding.UTF8.GetString(Convert.FromBase64String(call.Text)));
        }
        catch (FormatException)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "the text is not base64");
        }
    }

    private static Value UrlEncode(in Call call)
    {
        var frame = call.Frame;
        if (call.Input.Kind is not (ValueKind.Map or ValueKind.List))
        {
            return frame.Built(Quote(call.Text, "/"));
        }

        var pairs = call.Input.AsMap is { } map ? Sequence.ToArray(MapFilters.Pairs(map, frame), frame) : call.Items();
        var output = new TextOutput(frame);
        for (var place = 0; place < pairs.Length; place++)
        {
            output.Write(place > 0 ? "&" : string.Empty);
            output.Write(Plus(pairs[place].GetItem(0)));
            output.Write("=");
            output.Write(Plus(pairs[place].GetItem(1)));
        }

        return Value.From(output.ToString());

        string Plus(Value value)
        {
            var text = frame.Text(value);
            frame.ChargeText(text.Length * 4L);
            return Quote(text, string.Empty).Replace("%20", "+", StringComparison.Ordinal);
        }
    }

    private static Value Unquote(in Call call)
    {
        call.Frame.ChargeText(call.Text.Length * 2L);
        return call.Frame.Built(Uri.UnescapeDataString(call.Text.Replace('+', ' ')));
    }

    private static string Quote(string text, string safe)
    {
        var result = new StringBuilder(text.Length);
        foreach (var octet in Utf8(text))
        {
            var letter = (char)octet;
            _ = char.IsAsciiLetterOrDigit(letter) || "_.-~".Contains(letter, StringComparison.Ordinal)
                || safe.Contains(letter, StringComparison.Ordinal)
                ? result.Append(letter)
                : result.Append('%').Append(octet.ToString("X2"));
        }

        return result.ToString();
    }

    private static Value RegexReplace(in Call call)
    {
        var (text, replacement) = (call.Text, Groups(call.TextAt(1)));
        var regex = Compile(call, call.FlagAt(2));
        var output = new TextOutput(call.Frame);
        var at = 0;
        foreach (Match match in regex.Matches(text))
        {
            // Each match is found in time linear in what is left, which a pattern may use up again and again.
            call.Frame.Charge(8);
            call.Frame.Look();
            output.Write(text[at..match.Index]);
            output.Write(match.Result(replacement));
            at = match.Index + match.Length;
        }

        output.Write(text[at..]);
        return Value.From(output.ToString());
    }

    private static Value RegexSearch(in Call call)
    {
        var match = Compile(call, call.FlagAt(1)).Match(call.Text);
        return match.Success ? Value.From(match.Value) : Value.Null;
    }

    private static Regex Compile(in Call call, bool ignoresCase)
    {
        var pattern = call.TextAt(0);
        call.Frame.ChargeText(((long)call.Text.Length + 1000) * (pattern.Length + 1));
        if (pattern.Length > MaxPatternLength)
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"a pattern has at most {MaxPatternLength} characters");
        }

        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            options |= ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None;
#pragma warning disable MA0009 // Without backtracking the time is linear in the input, which is bounded.
            return new Regex(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), options);
#pragma warning restore MA0009
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw new TemplateFault(
                TemplateErrorKind.Type,
                $"the pattern is not a regular expression without look-around and back-references: {failure.Message}");
        }
    }

    // \1 and \g<name> are the spelling of templates; $ means nothing there.
    private static string Groups(string replacement)
    {
        var result = new StringBuilder();
        for (var at = 0; at < replacement.Length; at++)
        {
            var letter = replacement[at];
            if (letter == '\\' && at + 1 < replacement.Length && char.IsAsciiDigit(replacement[at + 1]))
            {
                result.Append("${").Append(replacement[++at]).Append('}');
            }
            else if (letter == '\\' && string.CompareOrdinal(replacement, at, "\\g<", 0, 3) == 0
                && replacement.IndexOf('>', at) is var end and > 0)
            {
                result.Append("${").Append(replacement, at + 3, end - at - 3).Append('}');
                at = end;
            }
            else
            {
                _ = letter == '$' ? result.Append("$$") : result.Append(letter);
            }
        }

        return result.ToString();
    }
}
