using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Recording;
using EventType = PlaybookOperator.Kubernetes.Recording.EventType;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Tells people: Kubernetes Events about what changed, never one for each iteration; and how often a status is written.</summary>
internal sealed class ExecutionTelling(EventRecorder recorder, ExecutionMetrics metrics, TimeProvider time)
{
    private readonly ConcurrentDictionary<ExecutionId, (string Phase, long At)> _written = new();
    private readonly ConcurrentDictionary<ExecutionId, ProgressRate> _rates = new();

    /// <summary>How long to wait with the next write; null when it may be written now, which then counts as done.</summary>
    public TimeSpan? TooSoon(ExecutionId id, string phase, TimeSpan interval)
    {
        if (_written.TryGetValue(id, out var last) && last.Phase == phase && time.GetElapsedTime(last.At) is var since && since < interval)
            return interval - since;
        _written[id] = (phase, time.GetTimestamp());
        return null;
    }

    public TimeSpan Until(DateTimeOffset due)
    {
        var wait = due - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>The rate as it is now; it counts from here on once it has been written.</summary>
    public ProgressRate RateOf(ExecutionId id, Progress progress)
    {
        var (now, ended) = (time.GetUtcNow(), progress.Succeeded + progress.Failed);
        return _rates.GetOrAdd(id, static (_, begun) => begun, new ProgressRate(now, ended)).Next(now, ended);
    }

    public void Written(ExecutionId id, ProgressRate rate) => _rates[id] = rate;

    public void Forget(ExecutionId id)
    {
        _written.TryRemove(id, out _);
        _rates.TryRemove(id, out _);
    }

    public void Warned(long warnings) => metrics.Warned(warnings);

    /// <summary>Called after the status has been written: what is told has happened.</summary>
    public void Tell(Execution execution, ExecutionStatus status)
    {
        var regarding = ObjectReference.To(ResourceTypes.Executions, execution);
        foreach (var step in NewlyFailed(execution.Status, status))
            recorder.Record(regarding, EventType.Warning, "StepFailed", "Run", $"Step {step.Name} failed.");
        if (Degraded(status) is { } degraded && Degraded(execution.Status) is null)
            recorder.Record(regarding, EventType.Warning, "Degraded", "Run", degraded.Message ?? degraded.Reason ?? "Degraded.");
        if (execution.Status?.Phase == status.Phase) return;
        switch (status.Phase)
        {
            case nameof(ExecutionPhase.Running) when execution.Status?.Phase is null or nameof(ExecutionPhase.Pending):
                recorder.Record(regarding, EventType.Normal, "Started", "Run", $"Started as execution {status.ExecutionId}.");
                break;
            case nameof(ExecutionPhase.Completed):
                recorder.Record(regarding, EventType.Normal, "Completed", "Run", $"Completed in {status.Duration}.");
                metrics.Finished("completed", status.StartTime, status.CompletionTime);
                break;
            case nameof(ExecutionPhase.Failed):
                recorder.Record(regarding, EventType.Warning, "Failed", "Run", status.Message ?? "Failed.");
                metrics.Finished(IsDeadline(status) ? "deadline_exceeded" : "failed", status.StartTime, status.CompletionTime);
                break;
            case nameof(ExecutionPhase.Cancelled):
                recorder.Record(regarding, EventType.Normal, "Cancelled", "Run", status.Message ?? "Cancelled.");
                metrics.Finished("cancelled", status.StartTime, status.CompletionTime);
                break;
        }
    }

    private static Condition? Degraded(ExecutionStatus? status) =>
        status?.Conditions?.FirstOrDefault(condition => condition is { Type: "Degraded", Status: "True" });

    private static bool IsDeadline(ExecutionStatus status) =>
        status.Conditions?.Any(condition => condition is { Type: "Failed", Reason: "DeadlineExceeded" }) == true;

    private static IEnumerable<ExecutionStep> NewlyFailed(ExecutionStatus? before, ExecutionStatus after) =>
        (after.Steps ?? []).Where(step => step.Phase == nameof(StepStatus.Failed)
            && before?.Steps?.Any(known => known.Name == step.Name && known.Phase == step.Phase) != true);
}
