namespace PlaybookOperator.Core.Caching;

/// <summary>One entry of a cache as the API lists it. Never the value.</summary>
/// <param name="Key">The key as text.</param>
/// <param name="Age">Since the value was stored.</param>
/// <param name="AccessCount">Reads that found it.</param>
/// <param name="LastAccess">When it was last read, or stored if never read since.</param>
/// <param name="Bytes">Its size as the cache counts it; 0 in caches without a size function.</param>
public sealed record CacheEntry(string Key, TimeSpan Age, long AccessCount, DateTimeOffset LastAccess, long Bytes);
