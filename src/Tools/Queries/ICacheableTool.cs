using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Queries;

/// <summary>A tool some of whose calls only read.</summary>
internal interface ICacheableTool : ITool
{
    /// <summary>What the call reads, and as whom. Null: it may change something, or cannot be made at all.</summary>
    ValueTask<QueryKey?> KeyAsync(CallRequest request, CallContext context, CancellationToken cancellationToken);

    /// <summary>The outcome that had this result.</summary>
    CallOutcome Restore(Value result);
}
