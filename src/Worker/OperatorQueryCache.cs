using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Worker;

/// <summary>
/// The operator's query-result cache. Asked once and not for long: an operator that is away, or does not know these calls, costs a read that might have
/// been spared, and nothing else.
/// </summary>
internal sealed class OperatorQueryCache(OperatorClient client, Func<string?> session, TimeProvider time) : IQueryCache
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async ValueTask<JsonElement?> FindAsync(string key, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        if (session() is not { } token) return null;
        using var limit = new CancellationTokenSource(s_patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (await client.FindQueryAsync(token, new QueryLookup(key, maxAge.TotalSeconds), linked.Token)).Value?.Result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask StoreAsync(string key, JsonElement result, CancellationToken cancellationToken)
    {
        if (session() is not { } token) return;
        using var limit = new CancellationTokenSource(s_patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await client.StoreQueryAsync(token, new QueryStore(key, result), linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The next worker reads it again.
        }
    }
}
