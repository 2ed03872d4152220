namespace PlaybookOperator.Core.Work;

/// <summary>What one cache of a worker has done since the worker's last report.</summary>
/// <param name="Cache">Its name: <c>template</c> or <c>tool_instance</c>.</param>
/// <param name="Hits">Reads that found a value, from 0; so are the others.</param>
/// <param name="Misses">Reads that found none.</param>
/// <param name="Loads">Values made or loaded.</param>
/// <param name="Evictions">By reason, in the order of <see cref="Caching.EvictionReason"/>; null: there were none.</param>
public sealed record CacheCounts(string Cache, long Hits, long Misses, long Loads, IReadOnlyList<long>? Evictions = null);
