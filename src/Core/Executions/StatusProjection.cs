using System.Collections.Immutable;
using System.Globalization;
using PlaybookOperator.Core.Executions.Failures;

namespace PlaybookOperator.Core.Executions;

/// <summary>How far something is, in iterations.</summary>
public sealed record Progress(long Total, long Succeeded, long Failed, long Active)
{
    public static Progress None { get; } = new(0, 0, 0, 0);

    /// <summary>Steps that are over, and all of them; none where only a loop is meant.</summary>
    public StepProgress Steps { get; init; }

    /// <summary>Such as <c>730/1000</c>; while no loop has begun the steps, such as <c>3/7</c>; empty before the start.</summary>
    public string Text => Total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Succeeded + Failed}/{Total}") : Steps.Text;
}

/// <summary>How far a workflow is, in steps.</summary>
/// <param name="Done">Steps that are over, skipped ones too.</param>
/// <param name="Total">Steps of the playbook.</param>
public readonly record struct StepProgress(int Done, int Total)
{
    /// <summary>Such as <c>3/7</c>; empty before the start.</summary>
    public string Text => Total == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(Done, Total)}/{Total}");

    public static StepProgress Of(ExecutionState state) => new(state.Steps.Values.Count(run => run.IsOver), state.StepCount);
}

/// <param name="Progress">Empty for steps without a loop.</param>
public sealed record StepStatusLine(string Name, string Phase, string Progress);

/// <summary>What the custom resource's status shows. Bounded: its size does not depend on the length of any loop.</summary>
public sealed record ExecutionStatusView
{
    public required string Phase { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public required Progress Progress { get; init; }

    /// <summary>Iterations of loops under way that have not ended.</summary>
    public required long Left { get; init; }

    /// <summary>At most <see cref="StatusProjection.MaxSteps"/>, newest last.</summary>
    public required ImmutableArray<StepStatusLine> Steps { get; init; }

    /// <summary>Failures of iterations, and of calls outside loops, by signature: at most <see cref="FailureTable.MaxShown"/>, most frequent first.</summary>
    public required ImmutableArray<FailureCount> Failures { get; init; }

    public string? Message { get; init; }

    public string? Reason { get; init; }

    public required long LastEventId { get; init; }

    public required bool Suspended { get; init; }

    public required bool Degraded { get; init; }

    /// <summary>See <see cref="ExecutionState.DegradedReason"/>.</summary>
    public string? DegradedReason { get; init; }

    public string? DegradedMessage { get; init; }
}

/// <summary>State → status. Pure, so that the same state always gives the same status, and a status is written only when it changed.</summary>
public static class StatusProjection
{
    public const int MaxSteps = 50;

    /// <summary>Longer messages are cut, so that the status stays small whatever a server answers.</summary>
    public const int MaxMessageLength = 1024;

    public static ExecutionStatusView Project(ExecutionState state) => new()
    {
        Phase = state.Phase.ToString(),
        StartTime = state.StartedAt,
        CompletionTime = state.EndedAt,
        Progress = Sum(state),
        Left = state.Steps.Values.Where(run => !run.CallEnded && run.Status == StepStatus.Running)
            .Sum(run => state.Loops.TryGetValue(run.RunId, out var loop) && !loop.Stopped ? loop.Total - loop.Done : 0),
        Steps = [.. state.Steps.Values.Where(run => run.Status != StepStatus.Skipped)
            .OrderBy(run => run.StartedAt).ThenBy(run => run.RunId)
            .TakeLast(MaxSteps)
            .Select(run => new StepStatusLine(run.Step, PhaseOf(run), ProgressOf(state, run)))],
        Failures = FailuresOf(state).Top,
        Message = Shorten(state.Message ?? Warnings(state)),
        Reason = state.Reason,
        LastEventId = state.LastEventId,
        Suspended = state.Phase == ExecutionPhase.Suspended,
        Degraded = state.Degraded,
        DegradedReason = state.DegradedReason,
        DegradedMessage = state.DegradedMessage,
    };

    /// <summary>The word that the HTTP API and the command line use for a phase: capitals, Suspended is PAUSED.</summary>
    public static string ApiStatus(ExecutionPhase phase) => phase == ExecutionPhase.Suspended ? "PAUSED" : phase.ToString().ToUpperInvariant();

    /// <summary>The word that the HTTP API and the command line use for a step.</summary>
    public static string ApiStatus(StepStatus status) => status.ToString().ToUpperInvariant();

    /// <summary>All failures of the newest runs. A run that has failed as a whole because its iterations did is told by those.</summary>
    public static FailureTable FailuresOf(ExecutionState state) => state.Steps.Values.Aggregate(FailureTable.Empty, (table, run) =>
        state.Loops.TryGetValue(run.RunId, out var loop) ? table.Add(loop.Failures)
        : run is { CallEnded: true, Error: { } error, Status: StepStatus.Running or StepStatus.Failed } ? table.Add(FailureTable.Of(FailureTable.KindOf(run.ErrorDetail), error))
        : table);

    private static Progress Sum(ExecutionState state)
    {
        var active = state.Open.Values.Where(work => work.NextAt is null).Sum(work => work.Elements) + state.Loops.Values.Sum(loop => loop.Executing);
        return state.Loops.Values.Aggregate(
            Progress.None with { Active = active, Steps = StepProgress.Of(state) },
            (sum, loop) => sum with { Total = sum.Total + loop.Total, Succeeded = sum.Succeeded + loop.Succeeded, Failed = sum.Failed + loop.Failed });
    }

    /// <summary>Of what has not failed, what its author should know nevertheless.</summary>
    private static string? Warnings(ExecutionState state)
    {
        var told = state.Steps.Values.SelectMany(run => run.Warnings.Select(warning => $"{run.Step}: {warning}")).ToList();
        return told.Count == 0 ? null : $"Warning: {string.Join(' ', told)}";
    }

    private static string PhaseOf(StepRun run) => run.Status.ToString();

    private static string ProgressOf(ExecutionState state, StepRun run) => state.Loops.TryGetValue(run.RunId, out var loop)
        ? new Progress(loop.Total, loop.Succeeded, loop.Failed, 0).Text
        : "";

    /// <summary>At most <see cref="MaxMessageLength"/> characters of it.</summary>
    public static string? Shorten(string? message) =>
        message is { Length: > MaxMessageLength } ? string.Concat(message.AsSpan(0, MaxMessageLength - 1), "…") : message;
}
