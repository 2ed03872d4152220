using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>Why nothing was started.</summary>
internal sealed record StartRefusal(int Status, string Field, string Detail);

/// <summary>
/// Creates Execution resources for callers of the API, and registers them at once: any replica may, for the log takes each resource once. What cannot
/// run is refused before anything is created.
/// </summary>
internal sealed class ExecutionStarts(ApiClient client, IEventReader reader, PlanSource plans, ExecutionStarter starter, TimeProvider time)
{
    /// <summary>On the resource: what a repeated request must agree with.</summary>
    public const string RequestDigest = "playbooks.dev/request-digest";

    /// <summary>On the resource: whose token asked for it.</summary>
    public const string CreatedBy = "playbooks.dev/created-by";

    /// <summary>Kubernetes keeps resources of 1.5 MiB at most, status and all.</summary>
    private const int MaxWorkloadBytes = 1 << 20;

    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 8;
    private const int Tries = 3;

    /// <summary>With what is added the name stays within the 63 characters of a label.</summary>
    private const int MaxBaseLength = 50;

    /// <param name="request">What is wanted.</param>
    /// <param name="space">The namespace; the caller may create executions there.</param>
    /// <param name="names">How the caller spells the members.</param>
    /// <param name="user">Whose token it was; null where none is asked for.</param>
    /// <param name="idempotencyKey">Null: each call starts another one.</param>
    public async Task<(Execution? Made, ExecutionId Id, StartRefusal? Refusal)> StartAsync(
        StartRequest request, string space, StartNames names, string? user, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var digest = request.Digest(space);
        var name = idempotencyKey is { } key ? NameOf(user, space, key) : null;
        // A request that comes again is answered as the first time, whatever became of its playbook.
        var resource = name is null ? null : await client.GetAsync(ResourceTypes.Executions, new NamespacedName(space, name), cancellationToken);
        // A database that is away is met before anything is created, so that who tries again does not start twice.
        if (resource is null) await reader.ListAsync(new ExecutionQuery(1), cancellationToken);
        if (resource is null && await RefuseAsync(request, space, names, cancellationToken) is { } refused) return (null, default, refused);
        resource ??= await CreateAsync(request, space, user, name, digest, cancellationToken);
        if (resource is null) return (null, default, new StartRefusal(StatusCodes.Status503ServiceUnavailable, "", "No free name was found; try again."));
        if (idempotencyKey is not null && resource.Metadata.Annotation(RequestDigest) != digest)
            return (null, default, new StartRefusal(StatusCodes.Status422UnprocessableEntity, "Idempotency-Key", $"was used for another request, which made {space}/{resource.Metadata.Name}."));
        return await starter.StartAsync(resource, cancellationToken) switch
        {
            StartResult.Started started => (resource, started.Id, null),
            StartResult.Failed failed => (null, default, new StartRefusal(StatusCodes.Status422UnprocessableEntity, names.Playbook, failed.Message)),
            StartResult.Waiting waiting => (null, default, new StartRefusal(StatusCodes.Status404NotFound, names.Playbook, waiting.Message)),
            _ => throw new InvalidOperationException("A start has no other end."),
        };
    }

    private async Task<StartRefusal?> RefuseAsync(StartRequest request, string space, StartNames names, CancellationToken cancellationToken)
    {
        var playbook = NamespacedName.IsName(request.Playbook) ? await client.GetAsync(ResourceTypes.Playbooks, new NamespacedName(space, request.Playbook), cancellationToken) : null;
        if (playbook is null) return new StartRefusal(StatusCodes.Status404NotFound, names.Playbook, $"There is no Playbook '{request.Playbook}' in namespace {space}.");
        var (_, compilation) = plans.Compile(playbook.Metadata.Name, playbook.Spec);
        if (compilation.Plan is not { } plan)
            return new StartRefusal(StatusCodes.Status422UnprocessableEntity, names.Playbook, $"Playbook {request.Playbook} is invalid: {string.Join("; ", compilation.Errors)}");
        var workload = request.Workload ?? JsonText.EmptyObject;
        if (DataLimits.Check(workload, names.Workload) is { } beyond) return new StartRefusal(StatusCodes.Status422UnprocessableEntity, beyond.Field, beyond.Message);
        if (Ingest.ByteCount(workload) is var bytes && bytes > MaxWorkloadBytes)
            return new StartRefusal(StatusCodes.Status422UnprocessableEntity, names.Workload, $"has {bytes} bytes where a resource takes {MaxWorkloadBytes}; put it into a ConfigMap and create an Execution with workloadFrom.");
        return plan.Schema?.Check(plan.Workload, workload, time.GetUtcNow()) is { Count: > 0 } unfit
            ? new StartRefusal(StatusCodes.Status422UnprocessableEntity, names.Workload, string.Join('\n', unfit))
            : null;
    }

    /// <param name="given">The name; null: any that is free.</param>
    /// <returns>Null when each name that was tried belongs to another one.</returns>
    private async Task<Execution?> CreateAsync(StartRequest request, string space, string? user, string? given, string digest, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var name = given ?? $"{request.Playbook[..Math.Min(request.Playbook.Length, MaxBaseLength)].TrimEnd('-', '.')}-{RandomNumberGenerator.GetString(NameLetters, SuffixLength)}";
            var made = await client.CreateAsync(ResourceTypes.Executions, Manifest(request, space, user, name, digest), cancellationToken);
            if (given is not null || made is CreateResult<Execution>.Created) return made.Item;
        }

        return null;
    }

    /// <summary>A key names one execution of its user, whatever else the request says.</summary>
    private static string NameOf(string? user, string space, string key) =>
        $"request-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\n{space}\n{key}")))[..16]}";

    private static JsonObject Manifest(StartRequest request, string space, string? user, string name, string digest)
    {
        var annotations = new JsonObject { [RequestDigest] = digest };
        if (user is not null) annotations[CreatedBy] = user;
        var spec = new JsonObject { ["playbook"] = request.Playbook };
        if (request.Workload is { } workload) spec["workload"] = JsonData.ToNode(workload);
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = space,
                ["annotations"] = annotations,
            },
            ["spec"] = spec,
        };
    }
}
