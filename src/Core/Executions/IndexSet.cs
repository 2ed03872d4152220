using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>A set of indexes from 0, one bit each. Immutable once built; equal when it holds the same.</summary>
public sealed class IndexSet : IEquatable<IndexSet>
{
    /// <summary>Characters of the readable form; a set that needs more is written as bits.</summary>
    private const int MaxReadable = 16 << 10;

    private readonly ulong[] _words;

    private IndexSet(ulong[] words, long count) => (_words, Count) = (words, count);

    public long Count { get; }

    /// <summary>Rough bytes that it takes.</summary>
    public long Bytes => 8L * _words.Length;

    /// <param name="indexes">In any order; each counts once.</param>
    public static IndexSet Of(IEnumerable<long> indexes)
    {
        var words = new List<ulong>();
        foreach (var index in indexes)
        {
            var word = (int)(index >> 6);
            while (words.Count <= word) words.Add(0);
            words[word] |= 1UL << (int)(index & 63);
        }

        return From([.. words]);
    }

    public bool Contains(long index) => index >> 6 < _words.Length && (_words[index >> 6] >> (int)(index & 63) & 1) != 0;

    /// <summary>The first index from here on that is not in the set.</summary>
    public long NextMissing(long from)
    {
        while (Contains(from))
        {
            // Whole words are passed at once, so that a long loop does not cost its length again and again.
            from += (from & 63) == 0 && _words[from >> 6] == ulong.MaxValue ? 64 : 1;
        }

        return from;
    }

    /// <summary>The first index from here on that is in the set; without one below <paramref name="end"/>, that.</summary>
    public long NextContained(long from, long end)
    {
        end = Math.Max(from, end);
        for (; from < end && from >> 6 < _words.Length; from++)
        {
            var rest = _words[from >> 6] >> (int)(from & 63);
            if (rest != 0) return Math.Min(end, from + BitOperations.TrailingZeroCount(rest));
            from |= 63;
        }

        return end;
    }

    /// <summary><c>"0-41,43"</c>, or <c>{"bits": base64}</c> when that would be long.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        if (Readable() is { } text)
        {
            writer.WriteStringValue(text);
            return;
        }

        var bytes = new byte[_words.Length * 8];
        for (var i = 0; i < _words.Length; i++) System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), _words[i]);
        writer.WriteStartObject();
        writer.WriteBase64String("bits", bytes);
        writer.WriteEndObject();
    }

    public static IndexSet Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return Of(value.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(ReadPart));
        var bytes = value.GetProperty("bits").GetBytesFromBase64();
        var words = new ulong[bytes.Length / 8];
        for (var i = 0; i < words.Length; i++) words[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * 8));
        return From(words);
    }

    public bool Equals(IndexSet? other) => other is not null && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as IndexSet);

    public override int GetHashCode() => HashCode.Combine(Count, _words.Length);

    private static IndexSet From(ulong[] words) => new(words, words.Sum(word => (long)BitOperations.PopCount(word)));

    private static IEnumerable<long> ReadPart(string part)
    {
        var dash = part.IndexOf('-', StringComparison.Ordinal);
        var first = long.Parse(dash < 0 ? part : part.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture);
        var last = dash < 0 ? first : long.Parse(part.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        for (var index = first; index <= last; index++) yield return index;
    }

    private string? Readable()
    {
        var text = new StringBuilder();
        var end = 64L * _words.Length;
        for (long index = 0; index < end && text.Length <= MaxReadable; index++)
        {
            if (!Contains(index)) continue;
            var after = NextMissing(index);
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{index}");
            if (after - 1 > index) text.Append(CultureInfo.InvariantCulture, $"-{after - 1}");
            index = after;
        }

        return text.Length > MaxReadable ? null : text.ToString();
    }
}
