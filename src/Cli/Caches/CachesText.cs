using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Cli.Caches;

/// <summary>Answers of <c>/api/caches</c> as tables.</summary>
internal static class CachesText
{
    private const int MaxKeyLength = 80;
    private static readonly string[] s_figures = ["NAME", "ENTRIES", "BYTES", "HITS", "MISSES", "HIT RATE", "EVICTIONS", "LOADS"];
    private static readonly string[] s_entries = ["KEY", "AGE", "READS", "BYTES"];

    public static void Write(TextWriter output, JsonElement answer)
    {
        if (answer.TryGetProperty("cleared", out var cleared))
        {
            foreach (var cache in cleared.EnumerateArray()) output.WriteLine($"{Text(cache, "name")}: {Text(cache, "entries_cleared")} entries cleared");
            return;
        }

        var caches = answer.TryGetProperty("caches", out var all) ? all.EnumerateArray().ToList() : [answer];
        TextTable.Write(output, [s_figures, .. caches.Select(Figures)]);
        if (!answer.TryGetProperty("entries", out var entries) || entries.GetArrayLength() == 0) return;
        output.WriteLine();
        TextTable.Write(output, [s_entries, .. entries.EnumerateArray().Select(Entry)]);
    }

    private static string[] Figures(JsonElement cache) =>
    [
        Text(cache, "name"),
        $"{Text(cache, "size")}/{Text(cache, "max_size")}",
        cache.TryGetProperty("max_bytes", out var most) && most.ValueKind == JsonValueKind.Number ? $"{Text(cache, "bytes")}/{most}" : Text(cache, "bytes"),
        Text(cache, "hits"),
        Text(cache, "misses"),
        cache.GetProperty("hit_rate").GetDouble().ToString("0.0 %", CultureInfo.InvariantCulture),
        Text(cache, "evictions"),
        Text(cache, "loads"),
    ];

    private static string[] Entry(JsonElement entry) =>
    [
        Shorten(Text(entry, "key").ReplaceLineEndings(" ")),
        string.Create(CultureInfo.InvariantCulture, $"{entry.GetProperty("age").GetDouble():0.0} s"),
        Text(entry, "access_count"),
        Text(entry, "bytes"),
    ];

    private static string Text(JsonElement owner, string name) => owner.GetProperty(name).ToString();

    private static string Shorten(string key) => key.Length <= MaxKeyLength ? key : string.Concat(key.AsSpan(0, MaxKeyLength - 1), "…");
}
