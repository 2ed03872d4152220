using System.Text.RegularExpressions;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>One metric as an OpenMetrics scrape tells of it.</summary>
internal sealed partial class ScrapedFamily(string name)
{
    public string Name => name;

    public string Type { get; private set; } = "";

    public string Help { get; private set; } = "";

    public string Unit { get; private set; } = "";

    /// <summary>Values seen, by label; the bounds of buckets are no label of ours.</summary>
    public SortedDictionary<string, SortedSet<string>> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>The name that queries use.</summary>
    public string Sample => Type == "counter" ? $"{name}_total" : name;

    public bool HasSeries { get; private set; }

    public static IReadOnlyList<ScrapedFamily> Read(string scrape)
    {
        var families = new List<ScrapedFamily>();
        foreach (var line in scrape.Split('\n').Where(line => line.Length > 0 && line != "# EOF"))
        {
            if (!line.StartsWith("# ", StringComparison.Ordinal))
            {
                families[^1].Take(line);
                continue;
            }

            var words = line.Split(' ', 4);
            if (families.Count == 0 || families[^1].Name != words[2]) families.Add(new ScrapedFamily(words[2]));
            if (words[1] == "TYPE") families[^1].Type = words[3];
            else if (words[1] == "UNIT") families[^1].Unit = words[3];
            else families[^1].Help = words[3];
        }

        return families;
    }

    private void Take(string sample)
    {
        HasSeries = true;
        foreach (Match label in Label().Matches(sample))
        {
            var key = label.Groups["key"].Value;
            if (key == "le") continue;
            if (!Labels.TryGetValue(key, out var values)) Labels[key] = values = new(StringComparer.Ordinal);
            values.Add(label.Groups["value"].Value);
        }
    }

    [GeneratedRegex("(?<key>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
