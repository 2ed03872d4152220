using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// What templates of a step see of its last call beside <c>result</c>: <c>response</c>, <c>status_code</c>, <c>headers</c>, and the collected value
/// under the name of <c>collect.into</c>. What the result holds is read from there; only the rest has been reported.
/// </summary>
internal static class CallScope
{
    /// <param name="name">A root of a template.</param>
    /// <param name="task">The step's task; null without a call.</param>
    public static bool IsOfCall(string name, TaskPlan? task) =>
        task is not null && (name is "response" or "status_code" or "headers" or "links" or "attempt" or "page" || IsCollected(name, task));

    /// <summary>The value once the call has ended; null where the name does not apply to it.</summary>
    public static Value? Find(string name, TaskPlan task, StepRun run, Func<StepRun, Value> resultOf)
    {
        // Before the call: only a transform of the operator's asks, which is tried once.
        if (!run.CallEnded) return name == "attempt" ? Value.From(1L) : null;
        // Without pages a step of that name shows.
        if (name == "page" && task.Retry.OnSuccess is null) return null;
        if (IsCollected(name, task)) return OrNull(resultOf(run).GetMember("data"));
        if (run.Response.Member(name) is { ValueKind: not JsonValueKind.Null } reported) return name == "headers" ? Value.Headers(Value.FromJson(reported)) : Value.FromJson(reported);
        if (name == "attempt") return run.Attempt is { } attempt ? Value.From((long)attempt) : null;
        if (name == "page") return Value.From(1L);
        // A failed call has no result to look into, and of pages the result holds the last one's status only.
        if (run.Error is not null) return name == "status_code" && run.ErrorDetail.Member("status") is { } status ? Value.FromJson(status) : null;
        var result = resultOf(run);
        if (task.Retry.OnSuccess is not null || task.Case.Any(clause => clause.Then.Collect is not null)) return name == "status_code" ? OrNull(result.GetMember("status")) : null;
        if (task.Tool.Kind != "http") return name == "response" ? result : null;
        return OrNull(result.GetMember(name == "response" ? "data" : name));
    }

    private static Value? OrNull(Value value) => value.Kind == ValueKind.Undefined ? null : value;

    internal static bool IsCollected(string name, TaskPlan task) =>
        task.Retry.OnSuccess?.Collect.Into == name || task.Case.Any(clause => clause.Then.Collect?.Into == name);
}
