using System.ComponentModel;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;

namespace PlaybookOperator.Operator.Playbooks;

/// <summary>The custom resource <c>Playbook</c>. Its spec stays as written: typing errors must reach the compiler, which explains them.</summary>
[Description("A workflow of steps, some of which loop. Create an Execution to run it.")]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn("Steps", "integer", ".status.steps")]
[PrinterColumn("Executions", "integer", ".status.executions")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Ready\")].message", Priority = 1)]
public sealed record Playbook : IKubernetesObject
{
    public ObjectMeta Metadata { get; init; } = new();

    [Description("description, workload, secrets, limits, worker and workflow: the list of steps. See docs/spec/playbook.md.")]
    [PreserveUnknownFields(Type = "object")]
    public JsonElement Spec { get; init; }

    public PlaybookStatus? Status { get; init; }
}

public sealed record PlaybookStatus
{
    [Description("Ready: True, or False with every problem of the spec.")]
    [ListMapKeys("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    [Description("Number of steps.")]
    public int? Steps { get; init; }

    [Description("Number of Executions of this playbook that exist.")]
    public int? Executions { get; init; }

    [Description("SHA-256 of the canonical spec, in hex. An Execution is pinned to it.")]
    public string? Digest { get; init; }

    [Description("The generation that this status is about.")]
    public long? ObservedGeneration { get; init; }
}
