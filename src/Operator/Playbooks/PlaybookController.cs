using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Playbooks;

/// <summary>Compiles each Playbook and says in its status whether it can run, or everything that is wrong with it.</summary>
internal sealed class PlaybookController(
    ApiClient client, Informer<Playbook> playbooks, Informer<Execution> executions, PlanSource plans, UnusableResources unusables, TimeProvider time)
{
    /// <summary>Name of the index of Executions by <c>namespace/playbook</c>.</summary>
    public const string ByPlaybook = "playbook";

    /// <summary>The API server refuses longer messages of conditions.</summary>
    private const int MaxMessageLength = 32_768;

    public static string IndexKey(string? @namespace, string playbook) => $"{@namespace}/{playbook}";

    /// <summary>One pass. Never asks to be called again: nothing changes by waiting.</summary>
    public async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (playbooks.TryGetSkipped(key, out var unusable))
        {
            var condition = Ready(null, unusable.Error, isReady: false, generation: null);
            await unusables.WriteAsync(ResourceTypes.Playbooks, unusable, new PlaybookStatus { Conditions = condition }, ResourceJson.Default.PlaybookStatus, cancellationToken);
            return null;
        }

        if (!playbooks.TryGet(key, out var playbook)) return null;
        var (digest, compilation) = plans.Compile(key.Name, playbook.Spec);
        var status = Compose(playbook, digest, compilation);
        if (!IsNews(playbook.Status, status)) return null;
        var patch = JsonSerializer.SerializeToNode(status, ResourceJson.Default.PlaybookStatus)!.AsObject();
        await client.MergePatchAsync(ResourceTypes.Playbooks, key, new JsonObject { ["status"] = patch }, "status", cancellationToken);
        return null;
    }

    private PlaybookStatus Compose(Playbook playbook, string digest, Compilation compilation) => new()
    {
        Steps = compilation.Plan?.Steps.Length,
        Digest = digest.Length > 0 ? digest : null,
        Executions = executions.ListBy(ByPlaybook, IndexKey(playbook.Metadata.Namespace, playbook.Metadata.Name)).Count,
        ObservedGeneration = playbook.Metadata.Generation,
        Conditions = Ready(playbook.Status?.Conditions, Message(compilation), compilation.Plan is not null, playbook.Metadata.Generation),
    };

    private IReadOnlyList<Condition> Ready(IReadOnlyList<Condition>? conditions, string? message, bool isReady, long? generation) => Condition.Set(conditions, new Condition
    {
        Type = "Ready",
        Status = isReady ? "True" : "False",
        Reason = isReady ? "Compiled" : "Invalid",
        Message = message,
        ObservedGeneration = generation,
        LastTransitionTime = Seconds(time.GetUtcNow()),
    });

    /// <summary>Every problem, errors first, in the words of <c>playbook lint</c>. Null when there are none: Kubernetes 1.20 refuses an empty string here.</summary>
    private static string? Message(Compilation compilation) => compilation.Problems.Length == 0
        ? null
        : Shorten(string.Join('\n', compilation.Problems.OrderBy(problem => problem.Severity).Select(problem => problem.ToString())));

    private static bool IsNews(PlaybookStatus? before, PlaybookStatus after) => before is null || Comparable(before) != Comparable(after);

    private static string Comparable(PlaybookStatus status) => JsonSerializer.Serialize(
        status with { Conditions = status.Conditions?.Select(condition => condition with { LastTransitionTime = null }).ToList() },
        ResourceJson.Default.PlaybookStatus);

    private static string Shorten(string text) => text.Length <= MaxMessageLength ? text : string.Concat(text.AsSpan(0, MaxMessageLength - 1), "…");

    private static DateTimeOffset Seconds(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
