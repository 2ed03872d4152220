using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;

namespace PlaybookOperator.Operator.Executions;

/// <summary>The custom resource <c>Execution</c>: one run of a playbook. Its status is bounded whatever the length of the loops.</summary>
[Description("One run of a Playbook.")]
[PrinterColumn("Playbook", "string", ".spec.playbook")]
[PrinterColumn("Phase", "string", ".status.phase")]
[PrinterColumn("Progress", "string", ".status.progress.text")]
[PrinterColumn("Active", "integer", ".status.progress.active")]
[PrinterColumn("Failed", "integer", ".status.progress.failed")]
[PrinterColumn("Duration", "string", ".status.duration")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
[PrinterColumn("Rate", "string", ".status.progress.rate", Priority = 1)]
[PrinterColumn("ETA", "string", ".status.progress.eta", Priority = 1)]
[PrinterColumn("Id", "string", ".status.executionId", Priority = 1)]
[PrinterColumn("Message", "string", ".status.message", Priority = 1)]
public sealed record Execution : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    public required ExecutionSpec Spec { get; init; }

    public ExecutionStatus? Status { get; init; }
}

public sealed record ExecutionSpec
{
    [Description("Name of the Playbook, in the same namespace.")]
    [MinimumLength(1)]
    public required string Playbook { get; init; }

    [Description("Merged deeply over the playbook's workload; data, never evaluated as template.")]
    [PreserveUnknownFields(Type = "object")]
    public JsonElement? Workload { get; init; }

    [Description("A finished Execution of the same Playbook: it is run again as it was pinned, but only the iterations that did not succeed.")]
    public string? RetryOf { get; init; }

    [Description("Nothing new starts while true; what runs may end.")]
    public bool? Suspend { get; init; }

    [Description("Ends the Execution. There is no way back.")]
    public bool? Cancel { get; init; }

    [Description("May only tighten the playbook's limits.")]
    [PreserveUnknownFields(Type = "object")]
    public JsonElement? Limits { get; init; }

    [Description("loops.<step>.maxParallel and loops.<step>.maxFailed; may be edited while it runs.")]
    [PreserveUnknownFields(Type = "object")]
    public JsonElement? Overrides { get; init; }

    [Description("Seconds after its end until it is deleted, with its children; 86400 when absent.")]
    [Minimum(0)]
    public long? TtlSecondsAfterFinished { get; init; }

    [Description("How long its events are kept after its end, such as 30d, or keep; independent of the resource's life.")]
    [IntOrString]
    public JsonElement? EventRetention { get; init; }

    [Description("Where a large workload comes from; read once, before it starts, under the workload above.")]
    public WorkloadSource? WorkloadFrom { get; init; }

    [Description("Set by the operator on an Execution that a step of another one asked for.")]
    public ParentExecution? ParentExecution { get; init; }
}

public sealed record WorkloadSource
{
    [Description("An entry of a ConfigMap in the same namespace: YAML or JSON, a map.")]
    public ConfigMapKeyReference? ConfigMapKeyRef { get; init; }
}

public sealed record ConfigMapKeyReference
{
    [MinimumLength(1)]
    public required string Name { get; init; }

    [MinimumLength(1)]
    public required string Key { get; init; }
}

public sealed record ExecutionStatus
{
    [Description("Where it stands.")]
    [OneOf("Pending", "Running", "Suspended", "Cancelling", "Completed", "Failed", "Cancelled")]
    public string? Phase { get; init; }

    [Description("The id in the event log and the HTTP API.")]
    public string? ExecutionId { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    [Description("From start to end, or to the last change; for people.")]
    public string? Duration { get; init; }

    [Description("The generation that this status is about.")]
    public long? ObservedGeneration { get; init; }

    [Description("Finished (whatever the outcome), Complete, Failed, Suspended, Degraded.")]
    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    public ExecutionProgress? Progress { get; init; }

    [Description("At most 50, newest last.")]
    public IReadOnlyList<ExecutionStep>? Steps { get; init; }

    [Description("Failures by signature, at most 10, most frequent first.")]
    public IReadOnlyList<ExecutionFailure>? Failures { get; init; }

    [Description("Why it failed, or what it waits for.")]
    public string? Message { get; init; }

    [Description("The newest event in the log when this was written.")]
    public long? LastEventId { get; init; }
}

public sealed record ExecutionProgress
{
    public long Total { get; init; }

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    public long Active { get; init; }

    [Description("Ended iterations of all, such as 730/1000; while no loop has begun the steps that are over of all, such as 3/7.")]
    public string? Text { get; init; }

    [Description("How many end in a second, minute or hour, lately, such as 3120/s.")]
    public string? Rate { get; init; }

    [Description("When the loops under way will have ended at this rate, such as 4m10s from now.")]
    public string? Eta { get; init; }
}

public sealed record ExecutionFailure
{
    [Description("The error's kind and message without numbers, ids and quoted text.")]
    public required string Signature { get; init; }

    [Description("How many iterations, or calls outside loops, failed so.")]
    public long Count { get; init; }

    [Description("The message of one of them, cut.")]
    public string? Example { get; init; }
}

public sealed record ExecutionStep
{
    public required string Name { get; init; }

    public required string Phase { get; init; }

    public string? Progress { get; init; }
}
