using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Workers;

/// <summary>The <c>resources</c> of a pod's container: what the playbook writes, or the operator's own, under the operator's ceiling. Pure.</summary>
internal static class PodResources
{
    private const string Memory = "memory";

    /// <param name="written">The playbook's <c>resources</c>; null or no map: the operator's defaults.</param>
    public static JsonObject Build(JsonElement? written, PlanLimits limits, WorkerOptions options)
    {
        var resources = written is { ValueKind: JsonValueKind.Object } own
            ? JsonData.ToNode(own)!.AsObject()
            : new JsonObject
            {
                ["requests"] = new JsonObject { ["cpu"] = options.CpuRequest, [Memory] = options.MemoryRequest },
                ["limits"] = new JsonObject { [Memory] = limits.Memory ?? options.MemoryLimit },
            };
        if (limits.MemoryCeiling is { } ceiling) Cap(resources, ceiling);
        return resources;
    }

    private static void Cap(JsonObject resources, string ceiling)
    {
        var limits = resources["limits"] as JsonObject;
        if (limits is null) resources["limits"] = limits = [];
        if (IsWithin(limits[Memory], ceiling) != true) limits[Memory] = ceiling;
        // Kubernetes refuses a request above its limit.
        if (resources["requests"] is JsonObject requests && IsWithin(requests[Memory], ceiling) == false) requests[Memory] = ceiling;
    }

    /// <summary>Null: nothing is said. Kubernetes also takes a plain number of bytes.</summary>
    private static bool? IsWithin(JsonNode? memory, string ceiling)
    {
        if (memory is not JsonValue value) return null;
        var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        return !Quantity.IsMore(text, ceiling);
    }
}
