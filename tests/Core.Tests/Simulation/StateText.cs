using System.Text;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>A state as text: equal texts mean equal states.</summary>
internal static class StateText
{
    public static string Of(ExecutionState state)
    {
        var text = new StringBuilder();
        text.Append($"{state.Phase} {state.LastEventId} {state.StartedAt:O} {state.EndedAt:O} {state.SuspendedAt:O} {state.SuspendedFor} {state.Message} {state.Reason} {state.Outcome} {state.OutcomeAt:O} {state.DegradedReason} {state.DegradedMessage}\n");
        foreach (var run in state.Steps.Values)
        {
            text.Append($"{run.Step} {run.Epoch} {run.RunId} {run.Status} {run.Result} {run.ResultBytes} {run.Error} {run.ErrorDetail} {run.CallEnded} {run.Handled} {run.Args}");
            text.Append($" {run.IsLoop} {run.AnsweredBy} former {run.Former?.RunId} {run.Former?.Result}");
            foreach (var route in run.Owed) text.Append($" owes {route.Step} {route.Args}");
            foreach (var route in run.Routes) text.Append($" →{route.Step} {route.Args}");
            text.Append($" {run.StartedAt:O} {run.EndedAt:O}\n");
        }

        // No event tells what is leased: the ledger does.
        foreach (var loop in state.Loops.Values) text.Append(loop with { Leased = 0, Executing = 0 }).Append('\n');
        foreach (var work in state.Open.Values) text.Append(work).Append('\n');
        foreach (var (name, value) in state.Vars) text.Append($"{name}={value}\n");
        foreach (var (field, value) in state.Overrides) text.Append($"{field}={value}\n");
        return text.ToString();
    }
}
