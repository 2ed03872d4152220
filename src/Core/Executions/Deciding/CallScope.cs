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
        task is not null && (name is "response" or "status_code" or "headers" or "links" || IsCollected(name, task));

    public static Value Find(string name, TaskPlan task, StepRun run, Func<StepRun, Value> resultOf)
    {
        if (IsCollected(name, task)) return resultOf(run).GetMember("data");
        if (run.Response.Member(name) is { } reported) return OrUndefined(name == "headers" ? Value.Headers(Value.FromJson(reported)) : Value.FromJson(reported));
        // A failed call has no result to look into, and of pages the result holds the last one's status only.
        if (run.Error is not null) return name == "status_code" && run.ErrorDetail.Member("status") is { } status ? Value.FromJson(status) : Value.Undefined;
        var result = resultOf(run);
        if (task.Retry.OnSuccess is not null || task.Case.Any(clause => clause.Then.Collect is not null)) return name == "status_code" ? OrUndefined(result.GetMember("status")) : Value.Undefined;
        if (task.Tool.Kind != "http") return name == "response" ? result : Value.Undefined;
        return result.GetMember(name == "response" ? "data" : name);
    }

    /// <summary>Nothing was answered: an order with it is then false, and not an error as with null.</summary>
    private static Value OrUndefined(Value value) => value.Kind == ValueKind.Null ? Value.Undefined : value;

    private static bool IsCollected(string name, TaskPlan task) =>
        task.Retry.OnSuccess?.Collect.Into == name || task.Case.Any(clause => clause.Then.Collect?.Into == name);
}
