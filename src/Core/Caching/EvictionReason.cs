namespace PlaybookOperator.Core.Caching;

/// <summary>Why an entry left a cache. A closed set: each value is a label of the metrics.</summary>
public enum EvictionReason
{
    /// <summary>The cache held more entries than allowed, and this one was used longest ago.</summary>
    Size = 0,

    /// <summary>The cache held more bytes than allowed, or the entry alone is larger than the whole cache.</summary>
    Bytes = 1,

    /// <summary>The entry was older than the time to live.</summary>
    TimeToLive = 2,

    /// <summary>A caller asked for it: clear, remove.</summary>
    Explicit = 3,

    /// <summary>What the entry describes has ended, so nobody will ask again.</summary>
    Terminal = 4,

    /// <summary>The garbage collector took a weakly held value.</summary>
    Collected = 5,
}

/// <summary>The reasons as the metrics and the API spell them.</summary>
public static class EvictionReasons
{
    private static readonly string[] Labels = ["size", "bytes", "ttl", "explicit", "terminal", "collected"];

    /// <summary>Every reason, in the order of its number.</summary>
    public static IReadOnlyList<EvictionReason> All { get; } = Enum.GetValues<EvictionReason>();

    /// <summary><c>size</c>, <c>bytes</c>, <c>ttl</c>, <c>explicit</c>, <c>terminal</c> or <c>collected</c>.</summary>
    public static string Label(this EvictionReason reason) => Labels[(int)reason];
}
