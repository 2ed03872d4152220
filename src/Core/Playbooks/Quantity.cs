using System.Globalization;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Quantities as Kubernetes writes them: <c>256Mi</c>, <c>1.5G</c>, <c>500m</c>, <c>1e9</c>.</summary>
public static class Quantity
{
    private static readonly (string Suffix, double Factor)[] s_suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ];

    /// <summary>False for what Kubernetes would refuse, and for what is below zero.</summary>
    public static bool TryParse(string? text, out double amount)
    {
        amount = 0;
        if (string.IsNullOrEmpty(text)) return false;
        var (suffix, factor) = s_suffixes.FirstOrDefault(known => text.EndsWith(known.Suffix, StringComparison.Ordinal), ("", 1));
        // An exponent and a suffix do not go together.
        var style = suffix.Length == 0 ? NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent : NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(text.AsSpan(0, text.Length - suffix.Length), style, CultureInfo.InvariantCulture, out var number)) return false;
        amount = number * factor;
        return double.IsFinite(amount);
    }

    /// <summary>Whether the first is more than the second; false when either is no quantity.</summary>
    public static bool IsMore(string? first, string? second) => TryParse(first, out var one) && TryParse(second, out var other) && one > other;
}
