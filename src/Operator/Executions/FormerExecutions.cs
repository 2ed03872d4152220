using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>What an execution is registered with.</summary>
/// <param name="RetryOf">The execution whose successes are not repeated; null: all is run.</param>
internal sealed record PinnedPlaybook(string Name, string Digest, JsonElement Spec, JsonElement Workload, ExecutionId? RetryOf);

/// <param name="Former">The Execution that <c>spec.retryOf</c> names.</param>
/// <param name="Playbook">What the new one says it runs.</param>
/// <param name="Workload">What the new one gives anew.</param>
internal sealed record RepeatRequest(NamespacedName Former, string Playbook, JsonElement Workload);

/// <summary>Finds what an Execution with <c>retryOf</c> runs: the former one's playbook as it was pinned, over the former one's workload.</summary>
internal sealed class FormerExecutions(IEventReader reader)
{
    /// <summary>Either what to register, or why it cannot be repeated, ever.</summary>
    public async Task<(PinnedPlaybook? Pinned, StartResult.Failed? Refusal)> ResolveAsync(
        RepeatRequest request, ExecutionHeader? former, bool exists, CancellationToken cancellationToken)
    {
        var name = request.Former.Name;
        if (!exists)
            return Refuse("RetryOfNotFound", $"spec.retryOf: there is no Execution '{name}' in namespace {request.Former.Namespace}.");
        if (former is null)
            return Refuse("RetryOfNotFound", $"spec.retryOf: Execution '{name}' never started, so there is nothing of it to repeat.");
        if (former.EndedAt is null)
            return Refuse("RetryOfUnfinished", $"spec.retryOf: Execution '{name}' is {former.Phase}; only a finished one can be repeated.");
        if (former.Playbook != request.Playbook)
            return Refuse("RetryOfOtherPlaybook", $"spec.retryOf: Execution '{name}' ran the Playbook '{former.Playbook}', not '{request.Playbook}'.");
        if (await reader.ReadPlaybookAsync(former.Digest, cancellationToken) is not { } spec)
            return Refuse("StateLost", $"spec.retryOf: the version of '{former.Playbook}' that Execution '{name}' ran is not in the database.");
        return (new PinnedPlaybook(former.Playbook, former.Digest, spec, JsonText.Merge(former.Workload, request.Workload), former.Id), null);
    }

    private static (PinnedPlaybook?, StartResult.Failed) Refuse(string reason, string message) => (null, new StartResult.Failed(reason, message));
}
