using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Claims a delivery for a worker and puts its assignment together: what a worker is told is read by key, at the moment it asks.</summary>
public sealed class AssignmentSource(IEventLog log, AssignmentReader assignments, Reconciler reconciler)
{
    /// <summary>The assignment, or why there is none.</summary>
    /// <param name="takesReferences">Whether the worker can ask for results that the assignment only refers to (<see cref="ReadInputAsync"/>).</param>
    public async Task<(Assignment? Assignment, ClaimResult.Refused? Refusal)> ClaimAsync(
        ExecutionId id, Delivery delivery, string claimant, bool takesReferences, CancellationToken cancellationToken)
    {
        if (delivery.Key.IsPool) return await JoinAsync(id, delivery, takesReferences, cancellationToken);
        var claim = await log.ClaimAsync(id, delivery.Key, delivery.Fence, claimant, cancellationToken);
        if (claim is ClaimResult.Refused refused) return (null, refused);
        var claimed = (ClaimResult.Claimed)claim;
        if (await reconciler.LookAsync(id, cancellationToken) is not var (header, state, plan)) return (null, new ClaimResult.Refused($"There is no execution {id}."));
        var run = state.Steps.Values.FirstOrDefault(step => step.RunId == delivery.Key.RunId);
        if (run is null) return (null, new ClaimResult.Refused($"Run {delivery.Key.RunId} of execution {id} is over."));
        var work = new OpenWork(delivery.Key, delivery.Fence, AttemptsUsed: claimed.AttemptsUsed) { Size = claimed.Size };
        var assignment = await assignments.ComposeAsync(new ExecutionView(header, state, plan), run, work, claimed.Element, takesReferences, cancellationToken);
        return (assignment with { Progress = claimed.Progress }, null);
    }

    /// <summary>A result that an assignment of this execution refers to; null when there is none, or none any more.</summary>
    public async Task<JsonElement?> ReadInputAsync(ExecutionId id, InputRequest asked, CancellationToken cancellationToken) =>
        await reconciler.LookAsync(id, cancellationToken) is var (header, state, plan)
            ? await assignments.ReadInputAsync(new ExecutionView(header, state, plan), asked, cancellationToken)
            : null;

    /// <summary>The assignment of a worker of a pool: what all iterations share. There is nothing to claim; leases say who does what.</summary>
    private async Task<(Assignment? Assignment, ClaimResult.Refused? Refusal)> JoinAsync(
        ExecutionId id, Delivery delivery, bool takesReferences, CancellationToken cancellationToken)
    {
        if (await reconciler.LookAsync(id, cancellationToken) is not var (header, state, plan)) return (null, new ClaimResult.Refused($"There is no execution {id}."));
        var run = state.Steps.Values.FirstOrDefault(step => step.RunId == delivery.Key.RunId);
        if (state.IsTerminal || run is null || run.IsOver || run.CallEnded || !state.Loops.ContainsKey(run.RunId))
            return (null, new ClaimResult.Refused($"Run {delivery.Key.RunId} of execution {id} is over."));
        var work = new OpenWork(delivery.Key, delivery.Fence);
        return (await assignments.ComposeAsync(new ExecutionView(header, state, plan), run, work, element: null, takesReferences, cancellationToken), null);
    }
}
