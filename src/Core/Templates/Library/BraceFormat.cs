using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The <c>'{} {0} {name.part[0]:>8.2f}'.format(…)</c> of strings.</summary>
internal static class BraceFormat
{
    public static Value Apply(string format, Value[] positional, IReadOnlyList<KeyValuePair<string, Value>> named, Frame frame)
    {
        var result = new StringBuilder();
        var automatic = 0;
        for (var at = 0; at < format.Length; at++)
        {
            var letter = format[at];
            if (letter is '{' or '}' && at + 1 < format.Length && format[at + 1] == letter)
            {
                result.Append(letter);
                at++;
            }
            else if (letter == '{')
            {
                var end = format.IndexOf('}', at);
                var field = end > 0
                    ? format[(at + 1)..end]
                    : throw new TemplateFault(TemplateErrorKind.Type, "a place of the format has no end '}'");
                result.Append(Place(field, positional, named, frame, ref automatic));
                frame.CheckTextLength(result.Length);
                at = end;
            }
            else
            {
                result.Append(letter == '}' ? throw new TemplateFault(TemplateErrorKind.Type, "the format has a '}' alone") : letter);
            }
        }

        return frame.Built(result.ToString());
    }

    private static string Place(
        string field, Value[] positional, IReadOnlyList<KeyValuePair<string, Value>> named, Frame frame, ref int automatic)
    {
        frame.ChargeLetters(field.Length + 4 + named.Count);
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var (path, specification) = colon < 0 ? (field, string.Empty) : (field[..colon], field[(colon + 1)..]);
        var conversion = path.IndexOf('!', StringComparison.Ordinal);
        var isQuoted = conversion >= 0 && path[(conversion + 1)..] is "r" or "a";
        path = conversion < 0 ? path : path[..conversion];
        var end = path.IndexOfAny(['.', '[']);
        var root = end < 0 ? path : path[..end];
        var value = root.Length == 0 ? At(automatic++)
            : root.All(char.IsAsciiDigit) && root.Length < 6 ? At(int.Parse(root, CultureInfo.InvariantCulture))
            : Named();
        foreach (var step in (end < 0 ? string.Empty : path[end..]).Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            var isIndex = step.All(char.IsAsciiDigit) && step.Length < 10;
            value = Members.At(value, isIndex ? Value.From(long.Parse(step, CultureInfo.InvariantCulture)) : Value.From(step), frame);
        }

        value = isQuoted && value.AsString is { } text ? Value.From(JsonText.Quoted(text)) : value;
        return FormatSpecification.Parse(specification).Apply(value, frame);

        Value At(int place) => place < positional.Length ? positional[place]
            : throw new TemplateFault(TemplateErrorKind.Type, "fewer values than the format has places");

        Value Named() => named.FirstOrDefault(pair => pair.Key == root) is { Key: not null } pair ? pair.Value
            : throw new TemplateFault(TemplateErrorKind.Type, $"the format names '{root}', which is not given");
    }
}
