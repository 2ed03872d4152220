using System.Security.Cryptography;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Playbooks;

namespace PlaybookOperator.Operator.Executions;

/// <summary>What became of the attempt to register an Execution in the log.</summary>
internal abstract record StartResult
{
    private StartResult()
    {
    }

    public sealed record Started(ExecutionId Id) : StartResult;

    /// <summary>It cannot run, ever.</summary>
    public sealed record Failed(string Reason, string Message) : StartResult;

    /// <summary>Its playbook may still come.</summary>
    public sealed record Waiting(string Reason, string Message, TimeSpan LookAgain) : StartResult;
}

/// <summary>
/// Registers an Execution in the log, with the playbook as it is now. From then on the playbook may change: the execution is pinned to the digest.
/// </summary>
internal sealed class ExecutionStarter(
    ApiClient client, IEventLog log, IEventReader reader, PlanSource plans, WorkloadReader workloads, ClusterIdentity cluster, FormerExecutions former,
    TimeProvider time)
{
    /// <summary>How long an Execution waits for a Playbook that does not exist.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public async Task<StartResult> StartAsync(Execution execution, CancellationToken cancellationToken)
    {
        var uid = execution.Metadata.Uid!;
        if (await FindAsync(uid, cancellationToken) is { } known) return new StartResult.Started(known.Id);
        if (execution.Status?.ExecutionId is { } lost)
            return new StartResult.Failed("StateLost", $"Execution id {lost} is not in the database; it is not started a second time.");

        // Before anything walks them: a resource holds whatever the API server takes.
        if (Beyond(execution.Spec) is { } beyond) return new StartResult.Failed("InvalidSpec", beyond.ToString());
        if (execution.Spec.RetryOf is { Length: > 0 } repeated) return await RepeatAsync(execution, repeated, cancellationToken);

        // Live, not from the watch: what was applied a moment ago must be what runs.
        var name = new NamespacedName(execution.Metadata.Namespace!, execution.Spec.Playbook);
        Playbook? playbook;
        try
        {
            playbook = await client.GetAsync(ResourceTypes.Playbooks, name, cancellationToken);
        }
        catch (ApiResponseException unusable)
        {
            return new StartResult.Failed("InvalidPlaybook", unusable.Message);
        }

        if (playbook is null) return Missing(execution, name);
        var (digest, compilation) = plans.Compile(playbook.Metadata.Name, playbook.Spec);
        if (compilation.Plan is null)
            return new StartResult.Failed("InvalidPlaybook", $"Playbook {name.Name} is invalid: {string.Join("; ", compilation.Errors)}");
        var (workload, refusal) = await workloads.ReadAsync(execution, cancellationToken);
        if (workload is not { } values) return refusal!;
        return await RegisterAsync(execution, new PinnedPlaybook(playbook.Metadata.Name, digest, playbook.Spec, values, RetryOf: null), compilation.Plan, cancellationToken);
    }

    private async Task<StartResult> RepeatAsync(Execution execution, string repeated, CancellationToken cancellationToken)
    {
        var (workload, waiting) = await workloads.ReadAsync(execution, cancellationToken);
        if (workload is not { } values) return waiting!;
        // By the resource: names come back, uids do not.
        var name = new NamespacedName(execution.Metadata.Namespace!, repeated);
        var resource = await client.GetAsync(ResourceTypes.Executions, name, cancellationToken);
        var header = resource?.Metadata.Uid is { } uid ? await FindAsync(uid, cancellationToken) : null;
        var (pinned, refusal) = await former.ResolveAsync(
            new RepeatRequest(name, execution.Spec.Playbook, values), header, exists: resource is not null, cancellationToken);
        if (pinned is null) return refusal!;
        var compilation = plans.Compile(pinned.Name, pinned.Digest, pinned.Spec);
        return compilation.Plan is { } plan
            ? await RegisterAsync(execution, pinned, plan, cancellationToken)
            : new StartResult.Failed("InvalidPlaybook", $"Playbook {pinned.Name}, as Execution '{repeated}' ran it, is invalid: {string.Join("; ", compilation.Errors)}");
    }

    private static DataProblem? Beyond(ExecutionSpec spec) =>
        Check(spec.Workload, "workload") ?? Check(spec.Limits, "limits") ?? Check(spec.Overrides, "overrides") ?? Check(spec.EventRetention, "eventRetention");

    private static DataProblem? Check(JsonElement? value, string field) => value is { } given ? DataLimits.Check(given, field) : null;

    /// <summary>Registers what may be run as asked; says everything that may not.</summary>
    private async Task<StartResult> RegisterAsync(Execution execution, PinnedPlaybook pinned, Plan plan, CancellationToken cancellationToken)
    {
        if (execution.Spec.Limits is { } limits && LimitsCompiler.CheckTighter(plan.Limits, limits) is { Count: > 0 } looser)
            return new StartResult.Failed("InvalidLimits", string.Join('\n', looser));
        if (Retention(execution, plan) is not { } retention)
            return new StartResult.Failed("InvalidEventRetention", $"eventRetention: must be keep, or a duration such as 30d, not {execution.Spec.EventRetention}.");
        if (DataLimits.Check(pinned.Workload, "workload") is { } beyond) return new StartResult.Failed("InvalidWorkload", beyond.ToString());
        if (plan.Schema?.Check(plan.Workload, pinned.Workload, time.GetUtcNow()) is { Count: > 0 } unfit)
            return new StartResult.Failed("InvalidWorkload", string.Join('\n', unfit));
        // Pinned with what it was started with: a later version of the playbook, with other defaults, changes nothing.
        if (plan.Schema is { } schema) pinned = pinned with { Workload = schema.Fill(plan.Workload, pinned.Workload) };
        return new StartResult.Started(await CreateAsync(execution, pinned, retention, cancellationToken));
    }

    private static EventRetention? Retention(Execution execution, Plan plan)
    {
        if (execution.Spec.EventRetention is not { ValueKind: not JsonValueKind.Null } own) return plan.EventRetention;
        return EventRetention.TryRead(own, out var retention) ? retention : null;
    }

    /// <summary>The execution that asked for this one; null when none did, or when the labels name one that does not own it.</summary>
    private async ValueTask<ExecutionId?> ParentAsync(Execution execution, CancellationToken cancellationToken)
    {
        if (ChildLabels.Read(execution.Metadata) is not { } said) return null;
        var parent = await reader.ReadHeaderAsync(said.Parent, cancellationToken);
        return parent?.Namespace == execution.Metadata.Namespace && parent?.Uid == ChildLabels.Owner(execution)?.Uid ? said.Parent : null;
    }

    /// <summary>The execution of a resource, by the resource's uid; null when it never got as far as the log.</summary>
    public async ValueTask<ExecutionHeader?> FindAsync(string uid, CancellationToken cancellationToken) =>
        await reader.FindAsync(await cluster.GetUidAsync(cancellationToken), uid, cancellationToken);

    private StartResult Missing(Execution execution, NamespacedName name)
    {
        var waited = time.GetUtcNow() - (execution.Metadata.CreationTimestamp ?? time.GetUtcNow());
        var message = $"There is no Playbook '{name.Name}' in namespace {name.Namespace}.";
        return waited < s_patience
            ? new StartResult.Waiting("PlaybookNotFound", message, s_patience - waited)
            : new StartResult.Failed("PlaybookNotFound", message);
    }

    private async Task<ExecutionId> CreateAsync(
        Execution execution, PinnedPlaybook pinned, EventRetention retention, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await log.CreateAsync(
            new NewExecution(
                ExecutionId.Create(now, RandomNumberGenerator.GetInt32(int.MaxValue)),
                await cluster.GetUidAsync(cancellationToken),
                execution.Metadata.Uid!,
                execution.Metadata.Namespace!,
                execution.Metadata.Name,
                pinned.Name,
                pinned.Digest,
                pinned.Spec,
                pinned.Workload)
            {
                RetryOf = pinned.RetryOf,
                CreatedAt = now,
                Retention = retention.Period,
                Parent = await ParentAsync(execution, cancellationToken),
            },
            cancellationToken);
    }
}

/// <summary>The uid of this cluster (its kube-system namespace): executions of several clusters may share a database.</summary>
internal sealed class ClusterIdentity(ApiClient client)
{
    private string? _uid;

    public async ValueTask<string> GetUidAsync(CancellationToken cancellationToken)
    {
        if (_uid is not null) return _uid;
        var system = await client.GetAsync(Resources.Namespaces, NamespacedName.ClusterScoped("kube-system"), cancellationToken);
        return _uid = system?.Metadata.Uid ?? throw new InvalidOperationException("The cluster has no namespace kube-system.");
    }
}
