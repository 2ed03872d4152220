using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary><c>GET /api/executions/{id}/state</c>: where an execution stands, by one query.</summary>
internal static class StateApi
{
    public static async Task<IResult> GetAsync(string id, HttpContext context, IEventReader reader, StateCache states, ApiAccess access)
    {
        var (caller, refusal) = await access.AuthenticateAsync(context, context.RequestAborted);
        if (caller is null) return refusal!;
        if (!ExecutionId.TryParse(id, out var execution)) return ExecutionLookup.NoId(id);
        var known = states.Get(execution);
        if (await reader.ReadAsync(execution, known?.LastEventId ?? 0, context.RequestAborted) is not { } snapshot) return ExecutionLookup.NotFound(id);
        if (await access.RefuseAsync(caller, id, snapshot.Header.Namespace, "get", context) is { } forbidden) return forbidden;
        return Results.Json(StateAnswer.Of(snapshot.Header, snapshot.ToState(known ?? ExecutionState.Initial)), ApiJson.Plain.StateAnswer);
    }
}

/// <summary>Answer of <c>GET /api/executions/{id}/state</c>.</summary>
internal sealed record StateAnswer
{
    public required string ExecutionId { get; init; }

    /// <summary><c>initial</c> before the first event, <c>in_progress</c>, or <c>completed</c>, however it ended.</summary>
    public required string ExecutionState { get; init; }

    public required string Status { get; init; }

    /// <summary>Whether the execution failed, or a step did.</summary>
    public required bool HasFailed { get; init; }

    /// <summary>Of steps that have ended, in the order in which they did. Results by reference are null: <c>result_bytes</c> tells how large.</summary>
    public required IReadOnlyList<StepResultAnswer> StepResults { get; init; }

    /// <summary>Names, in the order in which they ended.</summary>
    public required IReadOnlyList<string> CompletedSteps { get; init; }

    public required StateMetadata Metadata { get; init; }

    public string? ParentExecutionId { get; init; }

    public static StateAnswer Of(ExecutionHeader header, ExecutionState state)
    {
        var ended = state.Steps.Values.Where(run => run.IsOver).OrderBy(run => run.EndedAt).ThenBy(run => run.RunId).ToList();
        return new StateAnswer
        {
            ExecutionId = header.Id.ToString(),
            ExecutionState = state.LastEventId == 0 ? "initial" : state.IsTerminal ? "completed" : "in_progress",
            Status = StatusProjection.ApiStatus(state.Phase),
            HasFailed = state.Phase == ExecutionPhase.Failed || state.Outcome == ExecutionPhase.Failed || ended.Exists(run => run.Status == StepStatus.Failed),
            StepResults =
            [
                .. ended.Where(run => run.Status is StepStatus.Completed or StepStatus.Failed)
                    .Select(run => new StepResultAnswer(run.Step, StatusProjection.ApiStatus(run.Status), run.Epoch, run.Result, run.ResultBytes, run.Error)),
            ],
            CompletedSteps = [.. ended.Where(run => run.Status == StepStatus.Completed).Select(run => run.Step)],
            Metadata = new StateMetadata(
                header.Name, header.Namespace, header.Playbook, header.Digest, header.CreatedAt.ToUniversalTime(), state.StartedAt?.ToUniversalTime(),
                state.EndedAt?.ToUniversalTime(), state.LastEventId, header.RetryOf?.ToString(), state.Reason, state.Message),
            ParentExecutionId = header.Parent?.ToString(),
        };
    }
}

/// <param name="NodeName">The step.</param>
/// <param name="Result">Null too when it is stored by reference. A loop's are its counters and figures.</param>
/// <param name="ResultBytes">Of a result by reference.</param>
internal sealed record StepResultAnswer(string NodeName, string Status, int Epoch, JsonElement? Result, long? ResultBytes, string? Error);

/// <param name="Path">The playbook.</param>
/// <param name="Digest">SHA-256 of its canonical spec, in hex.</param>
/// <param name="LastEventId">The newest event that this is the state of.</param>
internal sealed record StateMetadata(
    string Name, string Namespace, string Path, string Digest, DateTimeOffset CreatedAt, DateTimeOffset? StartTime, DateTimeOffset? EndTime,
    long LastEventId, string? RetryOf, string? Reason, string? Message);
