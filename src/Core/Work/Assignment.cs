using System.Text.Json;

namespace PlaybookOperator.Core.Work;

/// <summary>
/// Everything that a worker needs to run one piece of work, read by key when it claims it. JSON: snake_case.
/// Secrets are named here, never carried: their values are files in the pod.
/// </summary>
public sealed record Assignment
{
    /// <summary>Version of this contract; the operator serves the current and the one before.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required long ExecutionId { get; init; }

    public required long RunId { get; init; }

    public required string Step { get; init; }

    public required int Epoch { get; init; }

    /// <summary>0-based iteration index, −1 for a call outside loops, −2 for a worker of a pool, which leases iterations one batch after the other.</summary>
    public required long Index { get; init; }

    public required int Fence { get; init; }

    /// <summary>Call attempts already used by earlier deliveries, from 0.</summary>
    public int AttemptsUsed { get; init; }

    /// <summary>Stable over retries and deliveries: offered to tools as idempotency key.</summary>
    public required string IterationId { get; init; }

    /// <summary>The execution's instant: what <c>now()</c> gives.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The step's task as normalised JSON object: <c>tool</c>, <c>args</c>, <c>retry</c>, <c>sink</c>, <c>timeout</c>.</summary>
    public required JsonElement Task { get; init; }

    /// <summary>The playbook's own workload, cut to the members that the task reads; its strings are templates.</summary>
    public required JsonElement WorkloadTemplate { get; init; }

    /// <summary>The execution's workload, cut likewise: data, merged over the template, never evaluated.</summary>
    public required JsonElement WorkloadValues { get; init; }

    /// <summary>JSON object: the other variables of the templates: the element under its name, <c>loop</c>, <c>vars</c>, earlier steps by name, ….</summary>
    public required JsonElement Variables { get; init; }

    /// <summary>Names that are null here, although the templates read them: steps without a result. Null: none.</summary>
    public IReadOnlyList<string>? Absent { get; init; }

    /// <summary>Results of earlier steps that are asked for when a template that names them is about to be rendered; null: none.</summary>
    public IReadOnlyList<InputReference>? References { get; init; }

    /// <summary>Why the work may not start: it fails with this, and is not tried again. Null: it may.</summary>
    public WorkError? Problem { get; init; }

    /// <summary>Names of the playbook's secrets.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Bytes of JSON that a result may have at most; a larger one fails the attempt with <see cref="WorkErrorKind.ResultTooLarge"/>.</summary>
    public long MaxResultBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of JSON above which a result is to be stored by reference (<see cref="WorkReport.ByReference"/>); null: the log decides alone.</summary>
    public long? MaxInlineResultBytes { get; init; }

    /// <summary>Set for a worker of a pool.</summary>
    public PoolWork? Pool { get; init; }

    /// <summary>What an earlier delivery of this work had got to when it last said so (<see cref="PageProgress"/>); null: nothing.</summary>
    public PageProgress? Progress { get; init; }
}
