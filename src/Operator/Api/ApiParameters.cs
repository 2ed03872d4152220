using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>Reads query parameters; one that cannot be read becomes a problem that names it, what was found and what would be right.</summary>
internal static class ApiParameters
{
    /// <summary>An integer; <paramref name="absent"/> when the parameter is missing or empty.</summary>
    public static bool TryReadInteger(
        IQueryCollection parameters, string name, long minimum, long maximum, long absent, out long value, [NotNullWhen(false)] out IResult? problem)
    {
        (value, problem) = (absent, null);
        var text = parameters[name].ToString();
        if (text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum)) return true;
        problem = Wrong(name, maximum >= int.MaxValue ? $"an integer of at least {minimum}" : $"an integer from {minimum} to {maximum}", text);
        return false;
    }

    /// <summary>A text; null when the parameter is missing or empty.</summary>
    public static string? ReadText(IQueryCollection parameters, string name) =>
        // No name holds the character, and the database takes no text with it: it is a name of nothing, like half a surrogate pair.
        parameters[name].ToString() is { Length: > 0 } text ? text.Replace('\0', '\uFFFD') : null;

    /// <summary>An event type by its name, or its older name; null when the parameter is missing or empty.</summary>
    public static bool TryReadType(IQueryCollection parameters, string name, out EventType? type, [NotNullWhen(false)] out IResult? problem)
    {
        (type, problem) = (null, null);
        if (ReadText(parameters, name) is not { } text) return true;
        if (EventTypes.TryParse(text, out var known))
        {
            type = known;
            return true;
        }

        problem = Wrong(name, $"one of {string.Join(", ", EventTypes.AllNames)}", text);
        return false;
    }

    /// <summary>One of some words, whatever the case of its letters; null when the parameter is missing or empty.</summary>
    public static bool TryReadWord(IQueryCollection parameters, string name, IReadOnlyCollection<string> words, out string? word, [NotNullWhen(false)] out IResult? problem)
    {
        (word, problem) = (null, null);
        if (ReadText(parameters, name) is not { } text) return true;
        word = words.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (word is not null) return true;
        problem = Wrong(name, $"one of {string.Join(", ", words)}", text);
        return false;
    }

    public static IResult Wrong(string name, string expected, string found) =>
        Problems.Of(StatusCodes.Status422UnprocessableEntity, name, $"must be {expected}, not '{found}'.");
}
