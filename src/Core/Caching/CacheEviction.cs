namespace PlaybookOperator.Core.Caching;

/// <summary>One entry that left a cache.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value; null (default) when the garbage collector took it first.</param>
/// <param name="Reason">Why it left.</param>
public readonly record struct CacheEviction<TKey, TValue>(TKey Key, TValue? Value, EvictionReason Reason);
