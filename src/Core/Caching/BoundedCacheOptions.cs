namespace PlaybookOperator.Core.Caching;

/// <summary>The bounds of one cache. Immutable; <see cref="Validate"/> runs when a cache is made from it.</summary>
public sealed record BoundedCacheOptions
{
    /// <summary>The name in metrics, the API and logs: 1 to 63 of <c>a-z 0-9 _</c>, beginning with a letter.</summary>
    public required string Name { get; init; }

    /// <summary>Entries held at most; at least 1.</summary>
    public int MaxEntries { get; init; } = 100;

    /// <summary>Bytes held at most, as the cache's <c>sizeOf</c> counts them; null: entries alone are bounded.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>How long a stored value is served, counted from when it was stored; zero: for ever.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Whether values are held weakly: a value that nobody else holds may be collected at any time, which then counts
    /// as a miss and an eviction. For values of reference types only.
    /// </summary>
    public bool WeakValues { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> with the name of the cache and what would be right.</summary>
    public void Validate()
    {
        if (!IsName(Name))
            throw Wrong(nameof(Name), "must be 1 to 63 of a-z, 0-9 and _, beginning with a letter");
        if (MaxEntries < 1)
            throw Wrong(nameof(MaxEntries), $"must be at least 1, is {MaxEntries}");
        if (MaxBytes < 1)
            throw Wrong(nameof(MaxBytes), $"must be at least 1, or absent for no bound in bytes, is {MaxBytes}");
        if (TimeToLive < TimeSpan.Zero)
            throw Wrong(nameof(TimeToLive), $"must be zero (no expiry) or positive, is {TimeToLive}");
    }

    private ArgumentException Wrong(string field, string what) => new($"Cache '{Name}': {field} {what}.", field);

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= 63 }
        && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
