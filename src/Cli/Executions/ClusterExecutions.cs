using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Cli.Commands;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Cli.Executions;

/// <summary>Executions as resources of the cluster that the kubeconfig names: what kubectl sees.</summary>
internal sealed class ClusterExecutions(ClusterAccess cluster) : IExecutionSource
{
    public async Task<IReadOnlyList<ExecutionSummary>> ListAsync(ExecutionFilter filter, CancellationToken cancellationToken)
    {
        var space = filter.Namespace ?? cluster.Namespace;
        var found = new List<ExecutionSummary>();
        await foreach (var page in cluster.Client.ListAsync(ResourceTypes.Executions, new ListOptions { Namespace = space.Length > 0 ? space : null }, cancellationToken))
            found.AddRange(page.Items.Select(Read));
        return
        [
            .. found.Where(one => (filter.Status is null || one.Status.Equals(filter.Status, StringComparison.OrdinalIgnoreCase)) && (filter.Playbook is null || one.Playbook == filter.Playbook))
                .OrderByDescending(one => one.Raw.GetProperty("metadata").GetProperty("creationTimestamp").GetDateTimeOffset()).Take(filter.Limit),
        ];
    }

    public async Task<ExecutionSummary?> FindAsync(string name, string? @namespace, CancellationToken cancellationToken) =>
        await cluster.Client.GetAsync(ResourceTypes.Executions, new NamespacedName(@namespace ?? cluster.Namespace, name), cancellationToken) is { } found ? Read(found) : null;

    public async Task<string> ControlAsync(ExecutionSummary execution, string verb, CancellationToken cancellationToken)
    {
        if (execution.IsOver) return $"already_{execution.Status.ToLowerInvariant()}";
        if (verb == "suspend" && execution.Status == "PAUSED") return "already_suspended";
        if (verb == "resume" && execution.Status == "RUNNING") return "already_running";
        var spec = verb == "cancel" ? new JsonObject { ["cancel"] = true } : new JsonObject { ["suspend"] = verb == "suspend" };
        var name = new NamespacedName(execution.Namespace, execution.Name);
        var patched = await cluster.Client.MergePatchAsync(ResourceTypes.Executions, name, new JsonObject { ["spec"] = spec }, subresource: null, cancellationToken);
        return patched is null ? "deleted" : verb switch { "cancel" => "cancelled", "suspend" => "suspended", _ => "resumed" };
    }

    public void Dispose() => cluster.Dispose();

    private static ExecutionSummary Read(Execution execution)
    {
        var status = execution.Status;
        var phase = Enum.TryParse<ExecutionPhase>(status?.Phase, out var known) ? known : ExecutionPhase.Pending;
        return new ExecutionSummary
        {
            Id = status?.ExecutionId,
            Name = execution.Metadata.Name,
            Namespace = execution.Metadata.Namespace ?? "",
            Playbook = execution.Spec.Playbook,
            Status = StatusProjection.ApiStatus(phase),
            Progress = status?.Progress?.Text ?? "",
            Active = status?.Progress?.Active ?? 0,
            Failed = status?.Progress?.Failed ?? 0,
            StartTime = status?.StartTime,
            EndTime = status?.CompletionTime,
            Message = status?.Message,
            Steps = [.. (status?.Steps ?? []).Select(step => (step.Name, step.Phase.ToUpperInvariant(), step.Progress ?? ""))],
            Failures = [.. (status?.Failures ?? []).Select(one => (one.Signature, one.Count))],
            Raw = JsonSerializer.SerializeToElement(execution, ResourceTypes.Executions.Json),
        };
    }
}
