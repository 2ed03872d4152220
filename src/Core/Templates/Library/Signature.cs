using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>
/// The parameters of a filter, test, function or method, read from a line such as <c>"old new count?"</c>:
/// <c>?</c> may be left out, <c>*</c> takes further positional arguments, <c>**</c> takes any keyword.
/// </summary>
internal sealed class Signature
{
    private readonly string[] _names;
    private readonly int _required;
    private readonly bool _takesRest;
    private readonly bool _takesKeywords;

    public Signature(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _takesRest = words.Contains("*");
        _takesKeywords = words.Contains("**");
        var parameters = words.Where(word => word[0] != '*').ToArray();
        _required = parameters.Count(word => !word.EndsWith('?'));
        _names = [.. parameters.Select(word => word.TrimEnd('?'))];
    }

    /// <summary>Puts arguments to their parameters; a parameter that got none holds <c>default</c>.</summary>
    /// <exception cref="TemplateFault">Too few, too many, or a keyword that is not a parameter.</exception>
    public BoundArguments<T> Bind<T>(string operation, IReadOnlyList<T> positional, IReadOnlyList<KeyValuePair<string, T>> keywords, int at)
    {
        var taken = Math.Min(positional.Count, _names.Length);
        if (positional.Count > _names.Length && !_takesRest)
        {
            throw Fault(operation, $"takes {Amount(_names.Length)}, found {positional.Count}", at);
        }

        var given = new bool[_names.Length];
        var slots = new T?[keywords.Count > 0 ? _names.Length : taken];
        for (var place = 0; place < taken; place++)
        {
            (slots[place], given[place]) = (positional[place], true);
        }

        var extra = new List<KeyValuePair<string, T>>();
        foreach (var keyword in keywords)
        {
            var place = Array.IndexOf(_names, keyword.Key);
            if (place < 0 && _takesKeywords)
            {
                extra.Add(keyword);
                continue;
            }

            if (place < 0 || given[place])
            {
                throw Fault(operation, place < 0 ? $"has no parameter '{keyword.Key}'" : $"got '{keyword.Key}' twice", at);
            }

            (slots[place], given[place]) = (keyword.Value, true);
        }

        var lacking = Array.IndexOf(given, false, 0, _required);
        return lacking < 0
            ? new BoundArguments<T>(slots, [.. positional.Skip(taken)], extra)
            : throw Fault(operation, $"needs an argument '{_names[lacking]}'", at);
    }

    private static TemplateFault Fault(string operation, string what, int at) =>
        new(TemplateErrorKind.UnknownOperation, $"'{operation}' {what}", at);

    private static string Amount(int count) => count switch { 0 => "no arguments", 1 => "one argument", _ => $"at most {count} arguments" };
}

/// <param name="Slots">One a parameter, as far as given.</param>
/// <param name="Rest">Positional arguments beyond the parameters.</param>
/// <param name="Extra">Keywords beyond the parameters.</param>
internal sealed record BoundArguments<T>(T?[] Slots, T[] Rest, IReadOnlyList<KeyValuePair<string, T>> Extra);
