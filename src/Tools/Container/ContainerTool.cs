using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Container;

/// <summary>Stands where <c>container</c> cannot run: it takes a cluster, whose operator makes the pod itself.</summary>
public sealed class ContainerTool : ITool
{
    public const string NeedsCluster = "container needs a cluster, which there is not here; use shell, or create an Execution on a cluster.";

    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken) =>
        new(CallOutcome.Failed(new WorkError(WorkErrorKind.Configuration, $"tool.kind: {NeedsCluster}")));
}
