using System.Runtime.CompilerServices;

namespace PlaybookOperator.Core.Caching;

/// <summary>What one cache holds and has done, read at one moment under its lock, so that the figures fit each other.</summary>
public sealed record CacheStatistics
{
    public required string Name { get; init; }

    /// <summary>Entries held, expired ones that no sweep has met yet included.</summary>
    public required int Size { get; init; }

    public required int MaxSize { get; init; }

    /// <summary>Bytes held, as the cache's <c>sizeOf</c> counts them; 0 without one.</summary>
    public required long Bytes { get; init; }

    /// <summary>Null: not bounded in bytes.</summary>
    public required long? MaxBytes { get; init; }

    /// <summary>Reads that found a live value, and uses of values that their callers hold on to, where these tell of them.</summary>
    public required long Hits { get; init; }

    /// <summary>Reads that found none: absent, expired, collected, or still being loaded by somebody else.</summary>
    public required long Misses { get; init; }

    public required EvictionCounts Evictions { get; init; }

    /// <summary>Calls of a factory or loader, failed ones included, and values that were stored under a new key: made by somebody else.</summary>
    public required long Loads { get; init; }

    /// <summary>Loads that threw or were cancelled.</summary>
    public required long LoadFailures { get; init; }

    /// <summary>The time that all loads took together.</summary>
    public required TimeSpan LoadDuration { get; init; }

    /// <summary>Hits per read, 0 to 1; 0 before the first read.</summary>
    public double HitRate => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);
}

/// <summary>Evictions so far, by reason.</summary>
[InlineArray(Length)]
public struct EvictionCounts : IEquatable<EvictionCounts>
{
    private const int Length = 6;

    private long _first;

    public readonly long Of(EvictionReason reason) => this[(int)reason];

    /// <summary>All reasons together.</summary>
    public readonly long Total
    {
        get
        {
            long total = 0;
            foreach (var count in this) total += count;
            return total;
        }
    }

    public readonly bool Equals(EvictionCounts other) => ((ReadOnlySpan<long>)this).SequenceEqual(other);

    public override readonly bool Equals(object? obj) => obj is EvictionCounts other && Equals(other);

    public override readonly int GetHashCode() => Total.GetHashCode();

    public static bool operator ==(EvictionCounts left, EvictionCounts right) => left.Equals(right);

    public static bool operator !=(EvictionCounts left, EvictionCounts right) => !left.Equals(right);

    internal void Increment(EvictionReason reason) => this[(int)reason]++;
}
