namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Breaks one line into lines of at most a width, at white space, after hyphens inside words, and, if need be, inside words.</summary>
internal sealed class LineWrapping(int width, bool breaksLongWords, bool breaksOnHyphens)
{
    public List<string> Wrap(string line)
    {
        var lines = new List<string>();
        var chunks = new LinkedList<string>(Chunks(line));
        while (chunks.Count > 0)
        {
            if (lines.Count > 0 && string.IsNullOrWhiteSpace(chunks.First!.Value))
            {
                chunks.RemoveFirst();
                continue;
            }

            var text = NextLine(chunks);
            if (text.Length > 0)
            {
                lines.Add(text);
            }
        }

        return lines;
    }

    private string NextLine(LinkedList<string> chunks)
    {
        var taken = new List<string>();
        var length = 0;
        while (chunks.First is { } chunk && length + chunk.Value.Length <= width)
        {
            taken.Add(chunk.Value);
            length += chunk.Value.Length;
            chunks.RemoveFirst();
        }

        if (chunks.First is { } oversized && oversized.Value.Length > width)
        {
            TakeLong(chunks, taken, width - length);
        }

        while (taken.Count > 0 && string.IsNullOrWhiteSpace(taken[^1]))
        {
            taken.RemoveAt(taken.Count - 1);
        }

        return string.Concat(taken);
    }

    private void TakeLong(LinkedList<string> chunks, List<string> taken, int room)
    {
        var chunk = chunks.First!.Value;
        if (breaksLongWords)
        {
            var cut = Math.Max(1, room);
            var hyphen = breaksOnHyphens ? chunk.LastIndexOf('-', cut - 1) : -1;
            cut = hyphen > 0 && chunk[..hyphen].Any(letter => letter != '-') ? hyphen + 1 : cut;
            taken.Add(chunk[..cut]);
            chunks.First!.Value = chunk[cut..];
        }
        else if (taken.Count == 0)
        {
            taken.Add(chunk);
            chunks.RemoveFirst();
        }
    }

    private IEnumerable<string> Chunks(string line)
    {
        var start = 0;
        for (var at = 1; at <= line.Length; at++)
        {
            if (at == line.Length || char.IsWhiteSpace(line[at]) != char.IsWhiteSpace(line[at - 1]) || IsAfterHyphen(line, at))
            {
                yield return line[start..at];
                start = at;
            }
        }
    }

    // Letters on both sides: "well-known" and "a-b-c" may be broken, "-x" and "2-3" may not.
    private bool IsAfterHyphen(string line, int at)
    {
        if (!breaksOnHyphens || line[at - 1] != '-' || at < 3)
        {
            return false;
        }

        var isWord = IsLetter(line, at - 2) && IsLetter(line, at - 3);
        var isChain = at > 3 && line[at - 3] == '-' && IsLetter(line, at - 4) && (char.IsLetterOrDigit(line[at - 2]) || line[at - 2] is '_' or '!' or '"' or '\'' or '&' or '.' or ',' or '?');
        var next = at + 1 < line.Length && line[at + 1] == '-' ? at + 2 : at + 1;
        return (isWord || isChain) && IsLetter(line, at) && IsLetter(line, next);
    }

    private static bool IsLetter(string line, int at) => at < line.Length && (char.IsLetter(line[at]) || line[at] == '_');
}
