using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Transform;

/// <summary><c>transform</c> and <c>noop</c>: the rendered <c>result</c> is the result; null without one.</summary>
internal sealed class TransformTool : ITool
{
    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken) =>
        new(CallOutcome.Completed(request.Settings.TryGetMember("result", out var result) ? result : Value.Null));
}
