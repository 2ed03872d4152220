using System.Text.Json;

namespace PlaybookOperator.Tools.Queries;

/// <summary>
/// Results of reads by the hash of their request. Never the truth: it may forget anything at any time, and whoever cannot reach it makes the call.
/// Thread-safe.
/// </summary>
public interface IQueryCache
{
    /// <summary>A result that is at most <paramref name="maxAge"/> old; null: none is known, or nobody answers.</summary>
    ValueTask<JsonElement?> FindAsync(string key, TimeSpan maxAge, CancellationToken cancellationToken);

    /// <summary>Keeps a result in place of an older one, unless it cannot. It holds no secrets and at most <see cref="Core.Work.WorkLimits.MaxCachedResultBytes"/>.</summary>
    ValueTask StoreAsync(string key, JsonElement result, CancellationToken cancellationToken);
}
