using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Writes into the status of a resource why it cannot be used, where it does not fit its type and is known by name only. Once for each problem: a write makes a
/// new version, which is told again.
/// </summary>
internal sealed class UnusableResources(ApiClient client, TimeProvider time)
{
    private const int MaxRemembered = 10_000;

    private readonly BoundedCache<string, string> _written =
        new(new BoundedCacheOptions { Name = "unusable_resources", MaxEntries = MaxRemembered, TimeToLive = TimeSpan.FromHours(1) }, time);

    public async Task WriteAsync<T, TStatus>(
        ResourceType<T> type, UndecodableObject unusable, TStatus status, JsonTypeInfo<TStatus> json, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (_written.TryGet(unusable.Uid, out var known) && known == unusable.Error) return;
        // What is answered does not fit its type either: only its metadata is looked at.
        var partial = new ResourceType<PartialObject>(type.Group, type.Version, type.Plural, type.Kind, type.Namespaced, KubernetesJson.Default.PartialObject);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = unusable.Uid },
            ["status"] = JsonSerializer.SerializeToNode(status, json),
        };
        try
        {
            await client.MergePatchAsync(partial, unusable.Key, patch, "status", cancellationToken);
        }
        catch (ApiException refused) when (!refused.IsTransient)
        {
            // The informer has logged the problem; a server that refuses the status too will not take it later.
        }

        _written.Set(unusable.Uid, unusable.Error);
    }
}
