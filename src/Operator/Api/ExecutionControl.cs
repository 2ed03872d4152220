using System.Text.Json.Nodes;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Api;

/// <summary>What a caller may ask of an execution.</summary>
internal enum ControlVerb
{
    Cancel,
    Suspend,
    Resume,
}

/// <summary>Passes on what is asked of an execution. Asking twice is asking once.</summary>
internal interface IExecutionControl
{
    /// <summary>False: there is nobody left to ask, because its resource is gone.</summary>
    Task<bool> AskAsync(ExecutionHeader execution, ControlVerb verb, CancellationToken cancellationToken);
}

/// <summary>Patches the custom resource, as kubectl would: the leader sees it and acts.</summary>
internal sealed class ResourceControl(ApiClient client) : IExecutionControl
{
    public async Task<bool> AskAsync(ExecutionHeader execution, ControlVerb verb, CancellationToken cancellationToken)
    {
        var name = new NamespacedName(execution.Namespace, execution.Name);
        // Names come back: another resource of the same name is not the one that was meant.
        if (await client.GetAsync(ResourceTypes.Executions, name, cancellationToken) is not { } resource || resource.Metadata.Uid != execution.Uid) return false;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = execution.Uid }, ["spec"] = Spec(verb) };
        return await client.MergePatchAsync(ResourceTypes.Executions, name, patch, subresource: null, cancellationToken) is not null;
    }

    private static JsonObject Spec(ControlVerb verb) => verb switch
    {
        ControlVerb.Cancel => new JsonObject { ["cancel"] = true },
        ControlVerb.Suspend => new JsonObject { ["suspend"] = true },
        _ => new JsonObject { ["suspend"] = false },
    };
}
