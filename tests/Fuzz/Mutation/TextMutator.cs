namespace PlaybookOperator.Fuzz.Mutation;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Changes a text in a few places: parts go, come twice, change places, or make room for something from the edges.</summary>
internal static class TextMutator
{
    private const int MaxLength = 200_000;

    public static string Mutate(string text, Random random)
    {
        for (var change = random.Next(1, 5); change > 0 && text.Length is > 0 and < MaxLength; change--)
        {
            var (start, length) = Part(text, random);
            text = random.Next(6) switch
            {
                0 => text.Remove(start, length),
                1 => text.Insert(start, text.Substring(start, length)),
                2 => text.Insert(random.Next(text.Length - length + 1), text.Substring(start, length)),
                3 => text.Insert(start, Edges.Text(random)),
                4 => text.Remove(start, length).Insert(start, Edges.Text(random)),
                _ => text.Remove(start, 1).Insert(start, ((char)random.Next(1, 0x300)).ToString()),
            };
        }

        return text;
    }

    /// <summary>A few characters, or a line.</summary>
    private static (int Start, int Length) Part(string text, Random random)
    {
        var start = random.Next(text.Length);
        if (random.Next(2) == 0) return (start, Math.Min(random.Next(1, 20), text.Length - start));
        var from = start == 0 ? 0 : text.LastIndexOf('\n', start - 1) + 1;
        var to = text.IndexOf('\n', start);
        return (from, Math.Max(1, (to < 0 ? text.Length : to + 1) - from));
    }
}
