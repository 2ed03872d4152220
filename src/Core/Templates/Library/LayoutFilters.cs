using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters that arrange text: centre, indent, cut, wrap.</summary>
internal static class LayoutFilters
{
    public static void AddTo(OperationTable table) => table
        .Add("center", "width?", static (in Call call) => Pad(call, call.Text, call.IntegerAt(0, 80), Side.Both))
        .Add("indent", "width? first? blank?", static (in Call call) => Indent(call))
        .Add("truncate", "length? killwords? end? leeway?", static (in Call call) => Truncate(call))
        .Add("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", static (in Call call) => Wrap(call));

    public enum Side
    {
        Left,
        Right,
        Both,
    }

    /// <summary>Fills text up to a width on the sides named.</summary>
    public static Value Pad(in Call call, string text, int width, Side side, string filling = " ")
    {
        var lacking = (int)Math.Max(0, width - call.Frame.CountOf(text));
        call.Frame.CheckTextLength(text.Length + ((long)lacking * filling.Length));

        // Python puts the odd blank to the left where the width is odd.
        var left = side switch { Side.Left => lacking, Side.Right => 0, _ => (lacking / 2) + (lacking & width & 1) };
        return call.Frame.Built(Times(filling, left) + text + Times(filling, lacking - left));
    }

    private static string Times(string text, int count) =>
        text.Length == 1 ? new string(text[0], count) : string.Concat(Enumerable.Repeat(text, count));

    private static Value Indent(in Call call)
    {
        var width = call[0].AsString ?? new string(' ', Math.Clamp(call.IntegerAt(0, 4), 0, 10_000));
        var (first, blank) = (call.FlagAt(1), call.FlagAt(2));
        call.Frame.ChargeText(call.Text.Length * 4L);
        var lines = Lines(call.Text + "\n");
        call.Frame.CheckTextLength(call.Text.Length + ((long)lines.Count * width.Length));
        var text = new StringBuilder(first ? width : string.Empty);
        for (var place = 0; place < lines.Count; place++)
        {
            var isIndented = place > 0 && (blank || lines[place].Length > 0);
            text.Append(place > 0 ? "\n" : string.Empty).Append(isIndented ? width : string.Empty).Append(lines[place]);
        }

        return call.Frame.Built(text.ToString());
    }

    /// <summary>Lines without their ends; a text that ends in a newline has no empty line after it.</summary>
    public static List<string> Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').ToList();
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    private static Value Truncate(in Call call)
    {
        var (text, length, end, leeway) = (call.Text, call.IntegerAt(0, 255), call.TextAt(2, "..."), call.IntegerAt(3, 5));
        var count = call.Frame.CountOf(text);
        var kept = length - call.Frame.CountOf(end);
        if (kept < 0 || leeway < 0)
        {
            throw new TemplateFault(
                TemplateErrorKind.Type, $"truncating needs a length of at least {length - kept} and no negative leeway");
        }

        if (count <= (long)length + leeway)
        {
            return Value.From(text);
        }

        var start = CodePoints.Cut(text, 0, kept);
        var space = call.FlagAt(1) ? -1 : start.LastIndexOf(' ');
        return call.Frame.Built((space < 0 ? start : start[..space]) + end);
    }

    private static Value Wrap(in Call call)
    {
        var width = call.IntegerAt(0, 79);
        if (width <= 0)
        {
            throw new TemplateFault(TemplateErrorKind.Type, "wrapping needs a width above 0");
        }

        var newline = call.Has(2) ? call.TextAt(2) : "\n";
        var wrapping = new LineWrapping(width, call.FlagAt(1, otherwise: true), call.FlagAt(3, otherwise: true));
        var output = new TextOutput(call.Frame);
        call.Frame.ChargeLetters(call.Text.Length);
        var separator = string.Empty;
        foreach (var line in Lines(call.Text))
        {
            foreach (var part in wrapping.Wrap(line) is { Count: > 0 } parts ? parts : [string.Empty])
            {
                output.Write(separator);
                output.Write(part);
                separator = newline;
            }
        }

        return Value.From(output.ToString());
    }
}
