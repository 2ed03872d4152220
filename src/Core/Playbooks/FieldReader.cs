using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Reads the members of one object of a document by their camelCase names, accepting snake_case too, and reports what is wrong with its path.
/// Members that nobody asked for are reported by <see cref="ReportUnknown"/>.
/// </summary>
internal sealed class FieldReader
{
    /// <summary>What nearly everybody who finds a boolean in place of a text has to know.</summary>
    public const string QuoteThem = "YAML takes y, n, yes, no, on and off for true and false: quote them";

    private readonly JsonElement _object;
    private readonly List<Problem> _problems;
    private readonly Dictionary<string, JsonProperty> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public FieldReader(JsonElement element, string path, List<Problem> problems)
    {
        _object = element;
        _problems = problems;
        Path = path;
        foreach (var member in element.EnumerateObject())
        {
            if (!_members.TryAdd(ToCamelCase(member.Name), member)) Error(member.Name, "is given twice, in two spellings; keep one.");
        }
    }

    /// <summary>Path of the object, such as <c>workflow[0].loop</c>; empty for the root.</summary>
    public string Path { get; }

    /// <summary>The first of the names that is present and not null; the others count as known.</summary>
    public JsonElement? Take(params ReadOnlySpan<string> names)
    {
        JsonElement? found = null;
        foreach (var name in names)
        {
            _asked.Add(name);
            if (!_members.TryGetValue(name, out var member) || member.Value.ValueKind == JsonValueKind.Null) continue;
            if (found is not null) Error(member.Name, $"says the same as another key here; keep one of {string.Join(", ", names.ToArray())}.");
            found ??= member.Value;
        }

        return found;
    }

    public bool Has(string name) => _members.TryGetValue(name, out var member) && member.Value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the document says null there, rather than nothing.</summary>
    public bool IsNull(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_members.TryGetValue(name, out var member) && member.Value.ValueKind == JsonValueKind.Null) return true;
        return false;
    }

    /// <summary>The name as the document spells it.</summary>
    public string Spelling(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_members.TryGetValue(name, out var member)) return member.Name;
        return names[0];
    }

    public string PathOf(params ReadOnlySpan<string> names) => Join(Path, Spelling(names));

    public string? TakeString(params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Wrong(value, value.ValueKind is JsonValueKind.True or JsonValueKind.False ? $"a string ({QuoteThem})" : "a string", names);
        return null;
    }

    public long? TakeInteger(long minimum, long maximum, params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= minimum && number <= maximum) return number;
        Wrong(value, maximum == long.MaxValue ? $"an integer of at least {minimum}" : $"an integer from {minimum} to {maximum}", names);
        return null;
    }

    public double? TakeNumber(double minimum, double maximum, params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= minimum && number <= maximum) return number;
        Wrong(value, $"a number from {minimum} to {maximum}", names);
        return null;
    }

    public bool? TakeBoolean(params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(value, "true or false", names);
        return null;
    }

    /// <summary>A duration above zero.</summary>
    public TimeSpan? TakeDuration(params ReadOnlySpan<string> names) => TakeDuration("a duration above zero", least: TimeSpan.FromTicks(1), names);

    /// <summary>A duration that may be zero: a time to wait, not one within which something must be done.</summary>
    public TimeSpan? TakeDelay(params ReadOnlySpan<string> names) => TakeDuration("a duration", least: TimeSpan.Zero, names);

    private TimeSpan? TakeDuration(string expected, TimeSpan least, ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (Duration.TryRead(value, out var duration) && duration >= least) return duration;
        Wrong(value, $"{expected}: seconds as a number, or text such as 500ms, 2s or 1h30m", names);
        return null;
    }

    /// <summary>An object, as a reader of its own; null when absent or of another type (reported).</summary>
    public FieldReader? TakeObject(params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object) return new FieldReader(value, PathOf(names), _problems);
        Wrong(value, "a map", names);
        return null;
    }

    public JsonElement? TakeList(params ReadOnlySpan<string> names)
    {
        if (Take(names) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Array) return value;
        Wrong(value, "a list", names);
        return null;
    }

    /// <summary>Members that nobody took, in order of the document, with their names as spelled.</summary>
    public IEnumerable<JsonProperty> Remaining => _object.EnumerateObject().Where(member => !_asked.Contains(ToCamelCase(member.Name)));

    /// <summary>Marks a key as known and says that this version does not run it.</summary>
    public void Refuse(string name, string advice)
    {
        _asked.Add(name);
        if (Has(name)) Error(Spelling(name), advice);
    }

    public void ReportUnknown()
    {
        foreach (var member in Remaining)
            Error(member.Name, $"is not a known key{Suggestion(member.Name)}; known here are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Counts every key as known: what they mean cannot be told.</summary>
    public void TakeEverything()
    {
        foreach (var name in _members.Keys) _asked.Add(name);
    }

    public void Error(string name, string message) =>
        _problems.Add(new Problem(ProblemSeverity.Error, name.Length == 0 ? Path : Join(Path, name), message));

    public void Warn(string name, string message) => _problems.Add(new Problem(ProblemSeverity.Warning, Join(Path, name), message));

    public void Wrong(JsonElement value, string expected, params ReadOnlySpan<string> names) =>
        Error(Spelling(names), $"must be {expected}, not {Describe(value)}.");

    /// <summary>What a JSON value is, in words and short.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "a map",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.String => $"the string '{Shorten(value.GetString()!)}'",
        _ => $"{Shorten(value.GetRawText())}",
    };

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");

    private string Suggestion(string name) =>
        NearestName.Find(ToCamelCase(name), _asked) is { } near ? $" (did you mean {near}?)" : "";

    internal static string ToCamelCase(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal)) return name;
        var letters = new List<char>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_' && i > 0 && i + 1 < name.Length) letters.Add(char.ToUpperInvariant(name[++i]));
            else letters.Add(name[i]);
        }

        return new string([.. letters]);
    }
}
