using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Writes the status of Executions: once a pass, at the end, and only if it says something new.</summary>
internal sealed class ExecutionStatusWriter(ApiClient client, TimeProvider time)
{
    /// <summary>The status for a state; what did not change keeps its time of transition.</summary>
    /// <param name="rate">How fast its iterations end.</param>
    public ExecutionStatus Compose(Execution execution, ExecutionId id, ExecutionStatusView view, ProgressRate rate)
    {
        var isRunning = view.Phase == nameof(ExecutionPhase.Running);
        return StatusSize.Fit(new ExecutionStatus
        {
            Phase = view.Phase,
            ExecutionId = id.ToString(),
            StartTime = WholeSeconds(view.StartTime),
            CompletionTime = WholeSeconds(view.CompletionTime),
            Duration = view.StartTime is { } start ? Text((view.CompletionTime ?? time.GetUtcNow()) - start) : null,
            ObservedGeneration = execution.Metadata.Generation,
            Conditions = Conditions(execution, view),
            Progress = new ExecutionProgress
            {
                Total = view.Progress.Total,
                Succeeded = view.Progress.Succeeded,
                Failed = view.Progress.Failed,
                Active = view.Progress.Active,
                Text = OrNull(view.Progress.Text),
                Rate = isRunning && view.Progress.Total > 0 ? rate.Text : null,
                Eta = isRunning && rate.TimeLeft(view.Left) is { } left ? Text(left) : null,
            },
            Steps = [.. view.Steps.Select(step => new ExecutionStep { Name = step.Name, Phase = step.Phase, Progress = OrNull(step.Progress) })],
            Failures = view.Failures.IsEmpty ? null : [.. view.Failures.Select(one => new ExecutionFailure { Signature = one.Signature, Count = one.Count, Example = OrNull(one.Example) })],
            Message = view.Message,
            LastEventId = view.LastEventId,
        });
    }

    /// <summary>The status of an Execution that never got as far as the log.</summary>
    public ExecutionStatus ComposeUnstarted(Execution execution, ExecutionPhase phase, string reason, string message)
    {
        var now = time.GetUtcNow();
        var view = StatusProjection.Project(ExecutionState.Initial with { Phase = phase, Reason = reason, Message = message });
        return new ExecutionStatus
        {
            Phase = view.Phase,
            ExecutionId = execution.Status?.ExecutionId,
            CompletionTime = phase == ExecutionPhase.Failed ? WholeSeconds(now) : null,
            ObservedGeneration = execution.Metadata.Generation,
            Conditions = Conditions(execution, view),
            Message = view.Message,
        };
    }

    /// <summary>Whether a write would tell anything; the duration alone is not news.</summary>
    public static bool IsNews(ExecutionStatus? before, ExecutionStatus after) => before is null || Comparable(before) != Comparable(after);

    public async Task WriteAsync(Execution execution, ExecutionStatus status, CancellationToken cancellationToken)
    {
        var patch = Node(status);
        // In a merge patch only an explicit null removes what was there.
        foreach (var name in (string[])["message", "completionTime", "failures"])
            if (!patch.ContainsKey(name)) patch[name] = null;
        if (patch["progress"] is JsonObject progress)
            foreach (var name in (string[])["rate", "eta"])
                if (!progress.ContainsKey(name)) progress[name] = null;
        await client.MergePatchAsync(
            ResourceTypes.Executions, NamespacedName.Of(execution), new JsonObject { ["status"] = patch }, "status", cancellationToken);
    }

    /// <summary>Tells that an edit of a finished Execution was seen. It changes nothing else: what has ended has ended.</summary>
    public async Task ObserveAsync(Execution execution, CancellationToken cancellationToken)
    {
        if (execution.Status?.ObservedGeneration == execution.Metadata.Generation || execution.Metadata.DeletionTimestamp is not null) return;
        var patch = new JsonObject { ["observedGeneration"] = execution.Metadata.Generation };
        await client.MergePatchAsync(
            ResourceTypes.Executions, NamespacedName.Of(execution), new JsonObject { ["status"] = patch }, "status", cancellationToken);
    }

    private IReadOnlyList<Condition> Conditions(Execution execution, ExecutionStatusView view)
    {
        var finished = view.Phase is nameof(ExecutionPhase.Completed) or nameof(ExecutionPhase.Failed) or nameof(ExecutionPhase.Cancelled);
        var conditions = execution.Status?.Conditions ?? [];
        conditions = Set("Finished", finished, view.Phase);
        conditions = Set("Complete", view.Phase == nameof(ExecutionPhase.Completed), view.Phase);
        conditions = Set("Failed", view.Phase == nameof(ExecutionPhase.Failed), view.Phase);
        conditions = Set("Suspended", view.Suspended, view.Suspended ? "Suspended" : "NotSuspended");
        return Put("Degraded", view.Degraded, view.DegradedReason ?? "Normal", view.DegradedMessage);

        IReadOnlyList<Condition> Set(string type, bool holds, string reason) =>
            Put(type, holds, holds ? view.Reason ?? reason : reason, holds && type is "Failed" or "Finished" ? view.Message : null);

        IReadOnlyList<Condition> Put(string type, bool holds, string reason, string? message) => Condition.Set(conditions, new Condition
        {
            Type = type,
            Status = holds ? "True" : "False",
            Reason = reason,
            Message = OrNull(message),
            ObservedGeneration = execution.Metadata.Generation,
            LastTransitionTime = WholeSeconds(time.GetUtcNow()),
        });
    }

    /// <summary>Kubernetes 1.20 takes an empty string in a custom resource for null, and refuses it where the schema says string.</summary>
    private static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Comparable(ExecutionStatus status) => Node(status with
    {
        Duration = null,
        Conditions = status.Conditions?.Select(condition => condition with { LastTransitionTime = null }).ToList(),
    }).ToJsonString();

    private static JsonObject Node(ExecutionStatus status) =>
        JsonSerializer.SerializeToNode(status, ResourceJson.Default.ExecutionStatus)!.AsObject();

    /// <summary>Kubernetes times are whole seconds; cut here so that what is read back equals what was written.</summary>
    private static DateTimeOffset? WholeSeconds(DateTimeOffset? at) =>
        at is { } time ? new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : null;

    /// <summary>As kubectl shows ages: 12s, 3m4s, 2h5m, 3d4h.</summary>
    private static string Text(TimeSpan duration) => duration switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalSeconds}s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds}s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours}h{duration.Minutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalDays}d{duration.Hours}h"),
    };
}
