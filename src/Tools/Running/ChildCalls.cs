using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>What a step with the tool <c>playbook</c> asks for.</summary>
/// <param name="Playbook">Name or path of the playbook; not empty.</param>
/// <param name="Workload">The child's own workload: data, a map.</param>
/// <param name="ReturnStep">The step of the child whose result is the step's; null: the last one with a tool that completed.</param>
public sealed record ChildRequest(string Playbook, JsonElement Workload, string? ReturnStep);

/// <summary>How a child execution ended.</summary>
public abstract record ChildEnd
{
    private ChildEnd()
    {
    }

    public sealed record Completed(JsonElement Result) : ChildEnd;

    /// <param name="TimedOut">Its <c>maxDuration</c> was over: the step's <c>timeout</c>, where that is the tighter one.</param>
    public sealed record Failed(WorkError Error, bool TimedOut = false) : ChildEnd;
}

/// <summary>
/// The two ends of a child execution: what it is started with, and what its end means for the step that asked for it, retries included. No secret is
/// ever read here: the compiler refuses steps of the tool <c>playbook</c> that name one.
/// </summary>
/// <param name="options">Bounds of templates.</param>
/// <param name="time">The clock of templates and of waits before retries.</param>
/// <param name="random">Numbers in [0, 1) for jitter.</param>
public sealed class ChildCalls(RunnerOptions options, TimeProvider time, Func<double> random) : IDisposable
{
    /// <summary>Bytes of JSON of a child's workload: it has to fit into a Kubernetes object.</summary>
    public const int MaxWorkloadBytes = 512 << 10;

    private readonly EndedCalls _calls = new(options, time, random);

    /// <summary>Renders name and arguments: the tool's own <c>args</c>, else those of the step.</summary>
    public async ValueTask<(ChildRequest? Request, WorkError? Error)> RenderAsync(Assignment assignment, TaskPlan plan, CancellationToken cancellationToken)
    {
        var (scope, error) = await _calls.ScopeAsync(assignment, plan, cancellationToken);
        if (scope is null) return (null, error);
        if (!plan.Args.TryRender(scope.Variables, scope.Templates, out var args, out var wrong)) return (null, CallErrors.Template(wrong!));
        scope.BindArgs(args);
        if (!plan.Tool.Settings.TryRender(scope.Variables, scope.Templates, out var settings, out wrong)) return (null, CallErrors.Template(wrong!));
        var workload = settings.TryGetMember("args", out var own) && own.Kind is not (ValueKind.Null or ValueKind.Undefined) ? own : args;
        if (workload.Kind != ValueKind.Map) return (null, CallErrors.Configuration("args", $"must be a map, not {workload.ToText()}."));
        var (json, tooLarge) = ResultText.Write(workload, SecretMask.None, MaxWorkloadBytes, DataLimits.MaxDepth);
        if (tooLarge is not null) return (null, CallErrors.Configuration("args", $"must be at most {MaxWorkloadBytes} bytes of JSON that is not nested too deeply."));
        if (Text(settings, "name") is not { Length: > 0 } name) return (null, CallErrors.Configuration("name", "must be the name of a playbook, not empty."));
        return (new ChildRequest(name, json, Text(settings, "returnStep")), null);
    }

    /// <summary>
    /// What the parent's log is told: the result, or the failure, or that another attempt is due later. The step's retry, case and until are asked as a
    /// worker would ask them, with the child's end as the outcome of the call.
    /// </summary>
    public async ValueTask<WorkReport> ReportAsync(
        Assignment assignment, TaskPlan plan, ChildEnd end, ExecutionId? child, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var report = await _calls.ReportAsync(assignment, plan, OutcomeOf(plan, end), elapsed, cancellationToken);
        return report with { Child = child };
    }

    public void Dispose() => _calls.Dispose();

    private static CallOutcome OutcomeOf(TaskPlan plan, ChildEnd end) => end switch
    {
        ChildEnd.Completed completed => CallOutcome.Completed(Value.FromJson(completed.Result)),
        ChildEnd.Failed { TimedOut: true } when plan.Timeout is { } timeout => CallOutcome.Failed(CallErrors.Timeout("The child execution", timeout)),
        ChildEnd.Failed failed => CallOutcome.Failed(failed.Error),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string? Text(Value settings, string name) =>
        settings.TryGetMember(name, out var value) && value.Kind is not (ValueKind.Null or ValueKind.Undefined) ? value.ToText() : null;
}
