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
        task is not null && (name is "response" or "status_code" or "headers" || IsCollected(name, task));

    public static Value Find(string name, TaskPlan task, StepRun run, Func<StepRun, Value> resultOf)
    {
        if (IsCollected(name, task)) return resultOf(run).GetMember("data");
        if (run.Response.Member(name) is { } reported) return Value.FromJson(reported);
        // A failed call has no result to look into, and of pages the result holds no single one.
        if (run.Error is not null || task.Retry.OnSuccess is not null || task.Case.Any(clause => clause.Then.Collect is not null)) return name == "response" ? Value.Undefined : Value.Null;
        var result = resultOf(run);
        if (task.Tool.Kind != "http") return name == "response" ? result : Value.Null;
        return result.GetMember(name == "response" ? "data" : name);
    }

    private static bool IsCollected(string name, TaskPlan task) =>
        task.Retry.OnSuccess?.Collect.Into == name || task.Case.Any(clause => clause.Then.Collect?.Into == name);
}
