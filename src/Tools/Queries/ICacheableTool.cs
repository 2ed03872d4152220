using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Queries;

/// <summary>A tool some of whose calls only read.</summary>
internal interface ICacheableTool : ITool
{
    /// <summary>The call, when it only reads. Null: it may change something, or cannot be made at all.</summary>
    ValueTask<CacheableCall?> ReadAsync(CallRequest request, CallContext context, CancellationToken cancellationToken);
}

/// <summary>A call that an earlier result may answer.</summary>
/// <param name="Key">What it reads, and as whom.</param>
internal abstract record CacheableCall(QueryKey Key)
{
    /// <summary>What of a successful outcome is kept.</summary>
    public abstract Value Keep(CallOutcome outcome);

    /// <summary>The outcome of which this was kept.</summary>
    public abstract CallOutcome Restore(Value kept);
}
