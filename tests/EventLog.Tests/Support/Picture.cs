using System.Globalization;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>States and events as text, so that two of them compare by value and a difference can be read.</summary>
internal static class Picture
{
    public static string Of(ExecutionState state)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{state.Phase} last={state.LastEventId} {At(state.StartedAt)}..{At(state.EndedAt)} {state.Reason}: {state.Message}");
        text.AppendLine(CultureInfo.InvariantCulture, $"workflowEnded={state.WorkflowEnded} degraded={state.Degraded}");
        foreach (var run in state.Steps.Values)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"step {run.Step}#{run.Epoch} run={run.RunId} {run.Status} ended={run.CallEnded} {At(run.StartedAt)}..{At(run.EndedAt)} args={Of(run.Args)} result={Of(run.Result)} bytes={run.ResultBytes} response={Of(run.Response)} case={run.MatchedCase} error={run.Error} {Of(run.ErrorDetail)} loop={run.IsLoop} answered={run.AnsweredBy} former={run.Former?.RunId} routes={string.Join(",", run.Owed.Concat(run.Routes).Select(route => route.Step + route.IsBack + Of(route.Args)))}");
        }

        foreach (var loop in state.Loops.Values)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"loop {loop.RunId} {loop.Step}#{loop.Epoch} total={loop.Total} range={loop.Range} cursor={loop.Cursor} {loop.Succeeded}/{loop.Failed} {loop.FirstError} {At(loop.StartedAt)} chunk={loop.Chunk} stopped={loop.Stopped} next={At(loop.NextStartAt)} carried={loop.Carried?.Count} failures={loop.Failures.Write()}");
        }

        foreach (var open in state.Open.Values)
            text.AppendLine(CultureInfo.InvariantCulture, $"open {open.Key.RunId}/{open.Key.Index} fence={open.Fence} losses={open.Losses} attempts={open.AttemptsUsed} next={At(open.NextAt)} size={open.Size}");
        foreach (var (name, value) in state.Vars) text.AppendLine(CultureInfo.InvariantCulture, $"var {name}={Of(value)}");
        foreach (var (name, value) in state.Overrides) text.AppendLine(CultureInfo.InvariantCulture, $"override {name}={Of(value)}");
        return text.ToString();
    }

    public static string Of(ExecutionEvent happened) => string.Create(CultureInfo.InvariantCulture,
        $"{happened.EventId} {happened.Type} {happened.Status} {happened.Step}#{happened.Epoch} {happened.RunId}/{happened.IterationIndex} a{happened.Attempt} f{happened.Fence} {happened.DurationMs} {At(happened.CreatedAt)} {Of(happened.Context)} {Of(happened.Result)} {happened.Error}");

    /// <summary>Canonical JSON: members in ordinal order.</summary>
    public static string Of(JsonElement? value)
    {
        if (value is not { } json) return "-";
        return json.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(",", json.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{m.Name}:{Of(m.Value)}")) + "}",
            JsonValueKind.Array => "[" + string.Join(",", json.EnumerateArray().Select(item => Of(item))) + "]",
            _ => json.GetRawText(),
        };
    }

    private static string At(DateTimeOffset? at) => at?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "-";
}
