namespace PlaybookOperator.Core.Playbooks;

/// <summary>Finds what somebody probably meant to type.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the smallest edit distance (two neighbours that changed places count as one edit), if that is at most a third of the name's length and leaves something of it; ties go to ordinal order.
    /// Null when nothing is near.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, name.Length / 3);
        return candidates
            .Where(candidate => Math.Abs(candidate.Length - name.Length) <= limit)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= limit && pair.distance < name.Length)
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static int Distance(string left, string right)
    {
        var (before, last, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            (before, last, row) = (last, row, before);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitute = last[j - 1] + (AreEqual(left[i - 1], right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(substitute, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && AreEqual(left[i - 1], right[j - 2]) && AreEqual(left[i - 2], right[j - 1])) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }

        return row[right.Length];
    }

    private static bool AreEqual(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
