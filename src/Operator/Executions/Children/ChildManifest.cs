using System.Text.Json.Nodes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>Builds the manifest of a child Execution. Pure; the name follows from the delivery, so that making it twice is found out by the API server.</summary>
internal static class ChildManifest
{
    /// <summary>Children of a longer loop leave the cluster soon after their end; their results are in the log.</summary>
    public const int ManyChildren = 50;

    private const int SecondsToLiveOfMany = 60;

    public static JsonObject Build(ExecutionView parent, Execution? resource, StepRun run, Delivery delivery, ChildRequest request, Plan child)
    {
        var header = parent.Header;
        var chain = Chain(header, resource);
        var spec = new JsonObject
        {
            ["playbook"] = child.Name,
            ["workload"] = JsonData.ToNode(request.Workload),
            ["parentExecution"] = Parent(header, run, delivery, request, chain),
        };
        // Only where it tightens: a child must not ask for more than its own playbook allows.
        if (parent.Plan.ByName[run.Step].Task?.Timeout is { } timeout && timeout < child.Limits.MaxDuration)
            spec["limits"] = new JsonObject { ["maxDuration"] = timeout.TotalSeconds };
        if (resource?.Spec.EventRetention is { } retention) spec["eventRetention"] = JsonData.ToNode(retention);
        if (SecondsToLive(parent.State, run, resource) is { } seconds) spec["ttlSecondsAfterFinished"] = seconds;
        return new JsonObject
        {
            ["apiVersion"] = $"{ResourceTypes.Group}/{ResourceTypes.Version}",
            ["kind"] = "Execution",
            ["metadata"] = new JsonObject
            {
                ["name"] = JobName.Of(header.Id, run.Step, run.Epoch, delivery),
                ["namespace"] = header.Namespace,
                ["labels"] = new JsonObject(ChildLabels.Of(header.Id, run, delivery).Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = $"{ResourceTypes.Group}/{ResourceTypes.Version}",
                    ["kind"] = "Execution",
                    ["name"] = header.Name,
                    ["uid"] = header.Uid,
                    ["controller"] = true,
                }),
            },
            ["spec"] = spec,
        };
    }

    /// <summary>Playbooks from the root to the parent itself.</summary>
    public static IReadOnlyList<string> Chain(ExecutionHeader parent, Execution? resource) =>
        [.. resource?.Spec.ParentExecution?.Playbooks ?? [], parent.Playbook];

    private static JsonObject Parent(ExecutionHeader header, StepRun run, Delivery delivery, ChildRequest request, IReadOnlyList<string> chain)
    {
        var parent = new JsonObject
        {
            ["name"] = header.Name,
            ["executionId"] = header.Id.ToString(),
            ["step"] = run.Step,
            ["depth"] = chain.Count,
            ["playbooks"] = new JsonArray([.. chain.Select(name => (JsonNode?)name)]),
        };
        if (!delivery.Key.IsCall) parent["index"] = delivery.Key.Index;
        if (request.ReturnStep is { } step) parent["returnStep"] = step;
        return parent;
    }

    private static long? SecondsToLive(ExecutionState state, StepRun run, Execution? resource)
    {
        var own = resource?.Spec.TtlSecondsAfterFinished;
        return state.Loops.TryGetValue(run.RunId, out var loop) && loop.Total > ManyChildren ? Math.Min(own ?? SecondsToLiveOfMany, SecondsToLiveOfMany) : own;
    }
}
