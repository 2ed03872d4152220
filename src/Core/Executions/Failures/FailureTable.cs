using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions.Failures;

/// <summary>Failures of one signature.</summary>
/// <param name="Count">In iterations, or calls.</param>
/// <param name="Example">The message of one of them, cut.</param>
public sealed record FailureCount(string Signature, long Count, string Example);

/// <summary>
/// Failures by signature, most frequent first. Bounded: what has just failed is in it, and of the rest the most frequent. Adding is associative as long
/// as the signatures fit; beyond that the counts are of what was kept.
/// </summary>
public sealed class FailureTable : IEquatable<FailureTable>
{
    /// <summary>Signatures that are kept, at most.</summary>
    public const int MaxEntries = 32;

    /// <summary>Signatures that are shown, at most.</summary>
    public const int MaxShown = 10;

    /// <summary>Characters of an example, at most.</summary>
    public const int MaxExampleLength = 200;

    private FailureTable(ImmutableArray<FailureCount> entries) => Entries = entries;

    public static FailureTable Empty { get; } = new([]);

    public ImmutableArray<FailureCount> Entries { get; }

    /// <summary>Those that are shown.</summary>
    public ImmutableArray<FailureCount> Top => Entries.Length <= MaxShown ? Entries : Entries[..MaxShown];

    public static FailureTable Of(string? kind, string? message, long count = 1) =>
        new([new FailureCount(FailureSignature.Of(kind, message), count, Cut(message ?? ""))]);

    /// <summary>The kind of an error as events and steps have it; null when it has none.</summary>
    public static string? KindOf(JsonElement? error) => error.Member("kind") is { ValueKind: JsonValueKind.String } kind ? kind.GetString() : null;

    /// <summary>This table and what has failed since.</summary>
    public FailureTable Add(FailureTable since)
    {
        ArgumentNullException.ThrowIfNull(since);
        if (since.Entries.IsEmpty) return this;
        if (Entries.IsEmpty) return since;
        var counts = since.Entries.ToDictionary(entry => entry.Signature, StringComparer.Ordinal);
        var older = new List<FailureCount>(Entries.Length);
        foreach (var entry in Entries)
        {
            if (counts.TryGetValue(entry.Signature, out var newer)) counts[entry.Signature] = entry with { Count = entry.Count + newer.Count };
            else older.Add(entry);
        }

        return new([.. Ordered([.. Ordered(counts.Values).Take(MaxEntries), .. older.Take(Math.Max(0, MaxEntries - counts.Count))])]);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FailureTable Read(string? json)
    {
        if (json is null) return Empty;
        using var document = JsonDocument.Parse(json);
        return new([.. Ordered([.. document.RootElement.EnumerateArray().Select(entry => new FailureCount(entry[0].GetString()!, entry[1].GetInt64(), entry[2].GetString()!))])]);
    }

    /// <summary>A list of <c>[signature, count, example]</c>; null when there is nothing to write.</summary>
    public string? Write() => Entries.IsEmpty ? null : JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var entry in Entries)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(entry.Signature);
            writer.WriteNumberValue(entry.Count);
            writer.WriteStringValue(entry.Example);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }).GetRawText();

    public bool Equals(FailureTable? other) => other is not null && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as FailureTable);

    public override int GetHashCode() => Entries.Length == 0 ? 0 : HashCode.Combine(Entries.Length, Entries[0]);

    private static IEnumerable<FailureCount> Ordered(IReadOnlyCollection<FailureCount> entries) =>
        entries.OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Signature, StringComparer.Ordinal);

    internal static string Cut(string message)
    {
        if (message.Length <= MaxExampleLength) return message;
        var end = char.IsHighSurrogate(message[MaxExampleLength - 2]) ? MaxExampleLength - 2 : MaxExampleLength - 1;
        return string.Concat(message.AsSpan(0, end), "…");
    }
}
