using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// <c>POST /api/executions/{id}/cancel|suspend|resume</c>. The answer says what was asked for, not that it has happened yet: the leader does it within a
/// second or so. Idempotent.
/// </summary>
internal static class ControlApi
{
    public static async Task<IResult> PostAsync(
        string id, ControlVerb verb, HttpContext context, ExecutionLookup lookup, IEventReader reader, IExecutionControl control)
    {
        var (_, header, refusal) = await lookup.FindAsync(id, "patch", context);
        if (header is null) return refusal!;
        if (header.EndedAt is not null) return Answer(header, $"already_{header.Phase.ToString().ToLowerInvariant()}", []);
        if (verb != ControlVerb.Cancel && header.Phase == ExecutionPhase.Cancelling) return Answer(header, "already_cancelling", []);
        var below = verb == ControlVerb.Cancel ? await OpenBelowAsync(reader, header, context.RequestAborted) : [];
        if (!await control.AskAsync(header, verb, context.RequestAborted))
            return Problems.Of(StatusCodes.Status409Conflict, "id", $"Execution {header.Namespace}/{header.Name} has been deleted from the cluster; it is ending.");
        return verb switch
        {
            ControlVerb.Cancel => Answer(header, "cancelled", [header.Id.ToString(), .. below.Select(child => child.ToString())]),
            ControlVerb.Suspend => Answer(header, header.Phase == ExecutionPhase.Suspended ? "already_suspended" : "suspended", []),
            _ => Answer(header, header.Phase == ExecutionPhase.Suspended ? "resumed" : "already_running", []),
        };
    }

    /// <summary>Executions below that have not ended: cancelling reaches them too.</summary>
    private static async Task<List<ExecutionId>> OpenBelowAsync(IEventReader reader, ExecutionHeader root, CancellationToken cancellationToken)
    {
        var open = new List<ExecutionId>();
        IReadOnlyList<ExecutionId> parents = [root.Id];
        while (parents.Count > 0 && open.Count < ChildTree.MostOfLevel)
        {
            var children = await reader.ListChildrenAsync(parents, ChildTree.MostOfLevel, cancellationToken);
            parents = [.. children.Where(child => child.EndedAt is null).Select(child => child.Id)];
            open.AddRange(parents);
        }

        return open;
    }

    private static IResult Answer(ExecutionHeader header, string status, IReadOnlyList<string> cancelled) =>
        Results.Json(new ControlAnswer(header.Id.ToString(), status, cancelled), ApiJson.Plain.ControlAnswer);
}

/// <param name="Status"><c>cancelled</c>, <c>suspended</c> or <c>resumed</c>; or why there is nothing to do: <c>already_…</c>.</param>
/// <param name="CancelledExecutions">This one and those below it that had not ended, as far as they fit an answer; empty unless it was cancelled.</param>
internal sealed record ControlAnswer(string ExecutionId, string Status, IReadOnlyList<string> CancelledExecutions);
