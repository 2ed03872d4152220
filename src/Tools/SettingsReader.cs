using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools;

/// <summary>
/// Reads rendered settings. Null counts as absent. The first thing that is wrong stays in <see cref="Error"/>;
/// the caller reads everything, then looks there once.
/// </summary>
internal sealed class SettingsReader(CallRequest request, SecretScope secrets)
{
    private const int MaxShownLength = 200;

    public WorkError? Error { get; private set; }

    public string Path(string key) => $"{request.Field}.{key}";

    public Value Get(string key) => request.Settings.GetMember(key);

    public bool Has(string key) => Get(key).Kind is not (ValueKind.Undefined or ValueKind.Null);

    public void Fail(string key, string message) => Error ??= CallErrors.Configuration(Path(key), message);

    /// <summary>Text; numbers and booleans as templates print them.</summary>
    public string? Text(string key)
    {
        if (!Has(key)) return null;
        var value = Get(key);
        if (value.Kind is not (ValueKind.List or ValueKind.Map)) return value.ToText();
        Fail(key, $"must be text, not a {value.TypeName}.");
        return null;
    }

    public string? RequiredText(string key)
    {
        var text = Text(key);
        if (string.IsNullOrEmpty(text)) Fail(key, "is required and is empty.");
        return text;
    }

    public bool Flag(string key, bool fallback)
    {
        if (!Has(key)) return fallback;
        if (Get(key).TryGetBoolean(out var flag)) return flag;
        if (bool.TryParse(Get(key).ToText(), out flag)) return flag;
        Fail(key, $"must be true or false, not {Show(Get(key))}.");
        return fallback;
    }

    public long Integer(string key, long fallback, long min, long max)
    {
        if (!Has(key)) return fallback;
        var value = Get(key);
        if ((value.TryGetInteger(out var number) || long.TryParse(value.ToText(), out number)) && number >= min && number <= max) return number;
        Fail(key, $"must be an integer from {min} to {max}, not {Show(value)}.");
        return fallback;
    }

    /// <summary>Null when absent.</summary>
    public TimeSpan? Duration(string key)
    {
        if (!Has(key)) return null;
        var value = Get(key);
        if (Core.Playbooks.Duration.TryParse(value.ToText(), out var duration) && duration > TimeSpan.Zero) return duration;
        Fail(key, $"must be a duration above zero, such as 30 or \"30s\", not {Show(value)}.");
        return null;
    }

    /// <summary>The members of a map; empty when absent.</summary>
    public IEnumerable<KeyValuePair<string, Value>> Members(string key)
    {
        if (!Has(key)) return [];
        if (Get(key).Kind == ValueKind.Map) return Get(key).Members;
        Fail(key, $"must be a map, not a {Get(key).TypeName}.");
        return [];
    }

    /// <summary>A value for a message, cut short.</summary>
    public string Show(Value value) => Show(value, secrets.Mask);

    /// <summary>First masked, then cut: the other way round half a secret would stay, which nothing recognises any more.</summary>
    public static string Show(Value value, SecretMask mask)
    {
        // Its texts first: JSON escapes them once more.
        var json = mask.Apply(mask.Apply(value).ToJson());
        return json.Length <= MaxShownLength ? json : string.Concat(json.AsSpan(0, MaxShownLength), "…");
    }
}
