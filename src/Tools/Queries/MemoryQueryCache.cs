using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Tools.Queries;

/// <summary>The cache <c>query_result</c> in the memory of one process: JSON texts by key.</summary>
public sealed class MemoryQueryCache(BoundedCache<string, byte[]> results) : IQueryCache
{
    public const string Name = "query_result";

    /// <summary>A reader says how old a result may be, 300 s unless the playbook says otherwise; nothing is served after a day.</summary>
    public static readonly BoundedCacheOptions DefaultBounds = new() { Name = Name, MaxEntries = 1000, TimeToLive = TimeSpan.FromDays(1), MaxBytes = 100L << 20 };

    /// <summary>Bytes of the text and of its key.</summary>
    public static long SizeOf(string key, byte[] result) => key.Length + result.Length;

    /// <summary>One of the default bounds.</summary>
    public static MemoryQueryCache Create(TimeProvider time) => new(new BoundedCache<string, byte[]>(DefaultBounds, time, SizeOf));

    public JsonElement? Find(string key, TimeSpan maxAge) => FindText(key, maxAge) is { } text ? JsonElement.Parse(text) : null;

    /// <summary>The same as JSON in UTF-8, as it is kept: nobody may change it.</summary>
    public byte[]? FindText(string key, TimeSpan maxAge) => results.TryGet(key, maxAge, out var text) ? text : null;

    public void Store(string key, JsonElement result) => results.Set(key, Encoding.UTF8.GetBytes(result.GetRawText()));

    public ValueTask<JsonElement?> FindAsync(string key, TimeSpan maxAge, CancellationToken cancellationToken) => new(Find(key, maxAge));

    public ValueTask StoreAsync(string key, JsonElement result, CancellationToken cancellationToken)
    {
        Store(key, result);
        return ValueTask.CompletedTask;
    }
}
