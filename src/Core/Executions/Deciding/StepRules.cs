using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Has the steps that run do their work, and lets them leave.</summary>
internal static class StepRules
{
    public static void Advance(Draft draft)
    {
        // At the deadline only pools are still waited for.
        if (LimitRules.PassedDeadline(draft) is not null) return;
        foreach (var run in draft.Runs.Running.Select(name => draft.State.Steps[name]).ToList())
        {
            if (draft.Rests) return;
            var step = draft.Plan.ByName[run.Step];
            if (run.CallEnded || step.Task is null) RouteRules.Leave(draft, run, step);
            else if (step.Loop is not null) LoopRules.Advance(draft, run, step);
            else if (draft.State.Phase == ExecutionPhase.Suspended || draft.IsFailing) StopUnstarted(draft, run);
            else if (step.RunsInOperator) Transform(draft, run, step.Task);
            else StartCall(draft, run);
        }
    }

    private static void StartCall(Draft draft, StepRun run)
    {
        if (draft.State.Open.ContainsKey(new WorkKey(run.RunId, WorkKey.Call))) return;
        draft.Append(new ExecutionEvent
        {
            Type = EventType.CallStarted,
            Status = EventStatus.Running,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            Fence = 1,
        });
    }

    /// <summary>A step that was entered but has not begun to work when the workflow fails leaves without having run.</summary>
    public static void StopUnstarted(Draft draft, StepRun run)
    {
        if (!draft.IsFailing || draft.State.Open.ContainsKey(new WorkKey(run.RunId, WorkKey.Call))) return;
        draft.Append(new ExecutionEvent
        {
            Type = EventType.StepExit,
            Status = EventStatus.Cancelled,
            CreatedAt = draft.Now,
            Step = run.Step,
            Epoch = run.Epoch,
            RunId = run.RunId,
            Error = "Not run because another step failed.",
        });
    }

    private static void Transform(Draft draft, StepRun run, TaskPlan task)
    {
        var scope = new Scope(draft, run);
        if (!scope.Has(task.References)) return;
        if (!task.Args.TryRender(scope, draft.Evaluation, out var args, out var error, keepsLazy: true))
        {
            EndTransform(draft, run, Value.Null, args: null, scope.Explain(error!, task.References));
            return;
        }

        var node = task.Tool.Settings["result"] ?? TemplateNode.Null;
        args = Merge(run.Args is { } handed ? Value.FromJson(handed) : Value.Undefined, args);
        scope.Set("args", args);
        node.TryRender(scope, draft.Evaluation, out var result, out error);
        EndTransform(draft, run, result, task.Reports.Contains("args") ? args : null, error is null ? null : scope.Explain(error, task.References));
    }

    private static Value Merge(Value handed, Value own) => handed.Kind == ValueKind.Map
        ? Value.Map([.. handed.Members.Where(member => !own.TryGetMember(member.Key, out _)), .. own.Members])
        : own;

    /// <param name="args">What the step's templates read as its arguments when it leaves; null: they do not.</param>
    private static void EndTransform(Draft draft, StepRun run, Value result, Value? args, TemplateError? error)
    {
        var message = error is null ? null : $"template, line {error.Line}, column {error.Column}: {error.Message}";
        JsonElement? json = error is null && result.Kind != ValueKind.Undefined ? result.ToJsonElement() : null;
        var beyond = json is { } given && DataLimits.Check(given, "") is { } problem ? new WorkError(WorkErrorKind.ResultTooLarge, problem.Tell("The result")) : null;
        var report = new WorkReport
        {
            RunId = run.RunId,
            Index = WorkKey.Call,
            Fence = 1,
            Response = args is { } own ? JsonText.Object(writer => WriteMember(writer, "args", own)) : null,
            Outcome = error is null && beyond is null ? WorkOutcome.Completed : WorkOutcome.Failed,
            Result = beyond is null ? json : null,
            Error = message is null ? beyond : new WorkError(WorkErrorKind.Template, message),
        };
        StartCall(draft, run);
        foreach (var happened in Ingest.ToEvents(report, run.Step, run.Epoch, draft.Now, draft.Plan.Limits.MaxInlineResultBytes))
        {
            draft.Append(happened);
            if (happened.Type == EventType.CallDone && happened.Result is null && report.Result is { } large) draft.Store(run.RunId, large);
        }
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, Value value)
    {
        writer.WritePropertyName(name);
        value.ToJsonElement().WriteTo(writer);
    }
}
