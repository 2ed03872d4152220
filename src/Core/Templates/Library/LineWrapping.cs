namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Breaks one line into lines of at most a width, at white space, after hyphens inside words, and, if need be, inside words.</summary>
internal sealed class LineWrapping(int width, bool breaksLongWords, bool breaksOnHyphens)
{
    public List<string> Wrap(string line)
    {
        var lines = new List<string>();
        var chunks = new LinkedList<ReadOnlyMemory<char>>(Chunks(line));
        while (chunks.Count > 0)
        {
            if (lines.Count > 0 && chunks.First!.Value.Span.IsWhiteSpace())
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

    private string NextLine(LinkedList<ReadOnlyMemory<char>> chunks)
    {
        var taken = new List<ReadOnlyMemory<char>>();
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

        if (taken.Count > 0 && taken[^1].Span.IsWhiteSpace())
        {
            taken.RemoveAt(taken.Count - 1);
        }

        return string.Concat(taken.Select(part => part.ToString()));
    }

    private void TakeLong(LinkedList<ReadOnlyMemory<char>> chunks, List<ReadOnlyMemory<char>> taken, int room)
    {
        var chunk = chunks.First!.Value;
        if (breaksLongWords)
        {
            // With no room left nothing is taken, but the blank before stays: so does Python.
            var hyphen = breaksOnHyphens && room > 0 ? chunk.Span[..room].LastIndexOf('-') : -1;
            var cut = hyphen > 0 && chunk.Span[..hyphen].ContainsAnyExcept('-') ? hyphen + 1 : room;
            taken.Add(chunk[..cut]);
            chunks.First!.Value = chunk[cut..];
        }
        else if (taken.Count == 0)
        {
            taken.Add(chunk);
            chunks.RemoveFirst();
        }
    }

    private IEnumerable<ReadOnlyMemory<char>> Chunks(string line)
    {
        var start = 0;
        for (var at = 1; at <= line.Length; at++)
        {
            if (at == line.Length || char.IsWhiteSpace(line[at]) != char.IsWhiteSpace(line[at - 1]) || IsAfterHyphen(line, at))
            {
                yield return line.AsMemory(start, at - start);
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
        var isChain = at > 3 && line[at - 3] == '-' && IsLetter(line, at - 4)
            && (char.IsLetterOrDigit(line[at - 2]) || "_!\"'&.,?".Contains(line[at - 2], StringComparison.Ordinal));
        var next = at + 1 < line.Length && line[at + 1] == '-' ? at + 2 : at + 1;
        return (isWord || isChain) && IsLetter(line, at) && IsLetter(line, next);
    }

    private static bool IsLetter(string line, int at) => at < line.Length && (char.IsLetter(line[at]) || line[at] == '_');
}
