using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Durations as playbooks write them: a number of seconds, or text such as <c>500ms</c>, <c>2s</c>, <c>1h30m</c>, <c>30d</c>.</summary>
public static class Duration
{
    /// <summary>The longest duration that is accepted: ten years.</summary>
    public static readonly TimeSpan Maximum = TimeSpan.FromDays(3650);

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> s_units = SearchValues.Create("mshd");

    public static bool TryRead(JsonElement value, out TimeSpan duration)
    {
        duration = default;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out var seconds) && TryFromSeconds(seconds, out duration),
            JsonValueKind.String => TryParse(value.GetString()!, out duration),
            _ => false,
        };
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        if (double.TryParse(rest, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var plain)) return TryFromSeconds(plain, out duration);
        if (rest.IsEmpty) return false;
        double seconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(s_digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAnyExcept(s_units);
            var unit = letters < 0 ? rest : rest[..letters];
            if (SecondsOf(unit) is not { } factor) return false;
            seconds += amount * factor;
            rest = rest[unit.Length..];
        }

        return TryFromSeconds(seconds, out duration);
    }

    private static bool TryFromSeconds(double seconds, out TimeSpan duration)
    {
        var valid = seconds >= 0 && seconds <= Maximum.TotalSeconds;
        duration = valid ? TimeSpan.FromSeconds(seconds) : default;
        return valid;
    }

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => null,
    };
}
