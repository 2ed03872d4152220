using System.Collections.Concurrent;
using System.Text.Json;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Queries;

/// <summary>
/// Calls that may be answered by an earlier result: those of steps with <c>cache</c> that only read. Of equal calls at the same time one is made, and the
/// others look again when it has ended. Thread-safe.
/// </summary>
internal sealed class QueryCalls(IQueryCache cache)
{
    private readonly ConcurrentDictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    /// <param name="tool">Who makes the call.</param>
    /// <param name="request">The call.</param>
    /// <param name="context">What it may use.</param>
    /// <param name="maxAge">How old a result may be; null: it is made, and its result takes the place of the one that is kept.</param>
    /// <param name="cancellationToken">Ends the call and the waiting for others.</param>
    public async ValueTask<CallOutcome> CallAsync(ITool tool, CallRequest request, CallContext context, TimeSpan? maxAge, CancellationToken cancellationToken)
    {
        if (tool is not ICacheableTool reader || await reader.ReadAsync(request, context, cancellationToken) is not { } read)
            return await tool.CallAsync(request, context, cancellationToken);
        var call = new Call(tool, request, context, read);
        if (maxAge is not { } most) return await MakeAsync(call, cancellationToken);
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _underWay.GetOrAdd(call.Key, own.Task);
        if (first != own.Task)
        {
            await first.WaitAsync(cancellationToken);
            // What failed or is not kept was nobody else's to wait for twice.
            return await FindAsync(call, most, cancellationToken) ?? await MakeAsync(call, cancellationToken);
        }

        try
        {
            return await FindAsync(call, most, cancellationToken) ?? await MakeAsync(call, cancellationToken);
        }
        finally
        {
            _underWay.TryRemove(KeyValuePair.Create(call.Key, own.Task));
            own.SetResult();
        }
    }

    private async ValueTask<CallOutcome?> FindAsync(Call call, TimeSpan maxAge, CancellationToken cancellationToken) =>
        await cache.FindAsync(call.Key, maxAge, cancellationToken) is { } found ? call.Read.Restore(Value.FromJson(found)) : null;

    private async ValueTask<CallOutcome> MakeAsync(Call call, CancellationToken cancellationToken)
    {
        var outcome = await call.Tool.CallAsync(call.Request, call.Context, cancellationToken);
        if (outcome.Error is not null) return outcome;
        if (Keepable(call.Read.Keep(outcome), call.Context.Secrets.Mask) is not { } result) return outcome with { Warnings = outcome.Warnings + 1 };
        await cache.StoreAsync(call.Key, result, cancellationToken);
        return outcome;
    }

    /// <summary>Null: too large, too deep, or with a secret in it. What is kept leaves this process, and others would get it without the secret.</summary>
    private static JsonElement? Keepable(Value result, SecretMask mask)
    {
        var (plain, error) = ResultText.Write(result, SecretMask.None, WorkLimits.MaxCachedResultBytes);
        if (error is not null) return null;
        if (mask.IsEmpty) return plain;
        var (masked, tooLarge) = ResultText.Write(result, mask, WorkLimits.MaxCachedResultBytes);
        return tooLarge is null && masked.GetRawText() == plain.GetRawText() ? plain : null;
    }

    private sealed record Call(ITool Tool, CallRequest Request, CallContext Context, CacheableCall Read)
    {
        public string Key => Read.Key.Text;
    }
}
