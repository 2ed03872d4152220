namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Values and names as error messages speak of them.</summary>
internal static class Phrase
{
    /// <summary>The kind with its article: "a list", "an integer", "null".</summary>
    public static string A(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Undefined => "something undefined",
        ValueKind.Integer => "an integer",
        _ => $"a {value.TypeName}",
    };

    /// <summary>Known names that are looked at, at most.</summary>
    public const int MaxKnown = 1000;

    /// <summary>The known name nearest to a misspelt one as "; did you mean 'x'?", or nothing.</summary>
    public static string DidYouMean(string name, IEnumerable<string> known)
    {
        if (name.Length > 100)
        {
            return string.Empty;
        }

        var limit = Math.Max(1, name.Length / 3);
        var best = known.Take(MaxKnown)
            .Where(candidate => Math.Abs(candidate.Length - name.Length) <= limit && candidate.Length <= 100)
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(candidate => candidate.Distance <= limit)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is null ? string.Empty : $"; did you mean '{best.Name}'?";
    }

    /// <summary>Edits (insert, delete, replace, swap neighbours) between two names, ignoring case.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= right.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                var best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                var swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
                rows[i, j] = swapped ? Math.Min(best, rows[i - 2, j - 2] + 1) : best;
            }
        }

        return rows[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
