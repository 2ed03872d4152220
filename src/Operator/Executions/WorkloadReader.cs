using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Reads what an Execution brings as workload: its <c>workloadFrom</c>, and its <c>workload</c> over that. Read once; the log pins it.</summary>
internal sealed class WorkloadReader(ApiClient client)
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5);

    /// <summary>The merged values, or why the Execution cannot start (yet).</summary>
    public async Task<(JsonElement? Values, StartResult? Refusal)> ReadAsync(Execution execution, CancellationToken cancellationToken)
    {
        var own = execution.Spec.Workload is { ValueKind: JsonValueKind.Object } workload ? workload : JsonText.EmptyObject;
        if (execution.Spec.WorkloadFrom is not { } from) return (own, null);
        if (from.ConfigMapKeyRef is not { } key) return (null, new StartResult.Failed("InvalidWorkload", "workloadFrom: configMapKeyRef is required: {name, key} of a ConfigMap."));
        var name = new NamespacedName(execution.Metadata.Namespace!, key.Name);
        var map = await client.GetAsync(Resources.ConfigMaps, name, cancellationToken);
        if (map is null) return Missing($"There is no ConfigMap '{key.Name}' in namespace {name.Namespace}, which workloadFrom names.");
        if (map.Data?.TryGetValue(key.Key, out var text) != true || text is null) return Missing($"ConfigMap '{key.Name}' has no key '{key.Key}', which workloadFrom names.");
        try
        {
            var values = YamlDocument.Parse(text);
            if (DataLimits.Check(values, "workloadFrom") is { } beyond) return (null, new StartResult.Failed("InvalidWorkload", $"{key.Name}/{key.Key}, {beyond}"));
            return values.ValueKind == JsonValueKind.Object
                ? (JsonText.Merge(values, own), null)
                : (null, new StartResult.Failed("InvalidWorkload", $"workloadFrom: {key.Name}/{key.Key} must hold a map."));
        }
        catch (YamlException malformed)
        {
            return (null, new StartResult.Failed("InvalidWorkload", $"workloadFrom: {key.Name}/{key.Key}:{malformed.Line}:{malformed.Column}: {malformed.Message}"));
        }
    }

    private static (JsonElement? Values, StartResult? Refusal) Missing(string message) =>
        (null, new StartResult.Waiting("WorkloadNotFound", message, s_lookAgain));
}
