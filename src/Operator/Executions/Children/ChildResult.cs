using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>What an ended child execution gives to the step that asked for it.</summary>
public static class ChildResult
{
    private const string DeadlineExceeded = "DeadlineExceeded";
    private const int MaxLoopResults = 1_000_000;
    private static readonly JsonElement s_null = JsonElement.Parse("null");

    /// <summary>Why a playbook cannot be run as asked: it has no such step, or its schema refuses the workload; null when it can.</summary>
    public static string? Refuse(Plan child, ChildRequest request, DateTimeOffset now)
    {
        if (request.ReturnStep is { } step && !child.ByName.ContainsKey(step))
        {
            return $"return_step: playbook '{child.Name}' has no step '{step}'"
                + (NearestName.Find(step, child.ByName.Keys) is { } near ? $" (did you mean {near}?)." : ".");
        }

        return child.Schema?.Check(child.Workload, request.Workload, now) is { Count: > 0 } unfit
            ? $"args: do not fit playbook '{child.Name}': {string.Join("; ", unfit)}"
            : null;
    }

    public static async ValueTask<ChildEnd> ReadAsync(
        IEventReader reader, ExecutionHeader header, Plan plan, ExecutionState state, string? returnStep, CancellationToken cancellationToken)
    {
        if (state.Phase != ExecutionPhase.Completed) return new ChildEnd.Failed(ErrorOf(header, state), TimedOut: state.Reason == DeadlineExceeded);
        var run = returnStep is null ? LastWithTool(plan, state) : state.Steps.GetValueOrDefault(returnStep);
        var result = run is { Status: StepStatus.Completed } ? await ReadAsync(reader, header.Id, new RunOf(plan, run), cancellationToken) : null;
        return new ChildEnd.Completed(result ?? s_null);
    }

    private static StepRun? LastWithTool(Plan plan, ExecutionState state) => state.Steps.Values
        .Where(run => run.Status == StepStatus.Completed && plan.ByName.TryGetValue(run.Step, out var step) && step.Task is not null)
        .OrderBy(run => run.EndedAt).ThenBy(run => run.RunId)
        .LastOrDefault();

    private static async ValueTask<JsonElement?> ReadAsync(IEventReader reader, ExecutionId id, RunOf of, CancellationToken cancellationToken)
    {
        var (plan, run) = of;
        if (!run.IsLoop)
            return run.ResultBytes is null ? run.Result : await reader.ReadResultAsync(id, new WorkKey(run.RunId, WorkKey.Call), cancellationToken);
        var results = await LoopResults.ReadAsync(reader, id, run.RunId, plan.LoopOf(run.Step), MaxLoopResults, cancellationToken);
        return JsonText.Object(writer =>
        {
            writer.WriteStartArray("results");
            foreach (var result in results)
            {
                if (result is { } value) value.WriteTo(writer);
                else writer.WriteNullValue();
            }

            writer.WriteEndArray();
            if (run.Result is not { ValueKind: JsonValueKind.Object } summary) return;
            foreach (var member in summary.EnumerateObject()) member.WriteTo(writer);
        });
    }

    /// <summary>The child's own sentence; and whether its step's error would be worth another try is inherited.</summary>
    private static WorkError ErrorOf(ExecutionHeader header, ExecutionState state)
    {
        var failed = state.Steps.Values.Where(run => run is { Status: StepStatus.Failed, Handled: false }).MinBy(run => run.EndedAt);
        var detail = failed?.ErrorDetail;
        var what = state.Phase == ExecutionPhase.Cancelled ? "was cancelled" : "failed";
        return new WorkError(
            WorkErrorKind.Playbook,
            $"Execution {header.Id} of playbook '{header.Playbook}' {what}: {state.Message ?? "without a message."}",
            detail.Member("status") is { ValueKind: JsonValueKind.Number } status && status.TryGetInt32(out var code) ? code : null,
            detail.Member("code") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null,
            Retryable: state.Phase == ExecutionPhase.Failed && detail.Member("retryable") is { ValueKind: JsonValueKind.True });
    }

    private sealed record RunOf(Plan Plan, StepRun Run);
}
