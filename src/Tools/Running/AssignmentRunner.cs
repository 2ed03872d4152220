using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// Runs assignments: variables, calls, retries, pages, sinks, and a report without secrets. Holds no state between assignments; thread-safe.
/// </summary>
/// <param name="tools">What can be called.</param>
/// <param name="secrets">Where the values of secrets come from.</param>
/// <param name="options">Waits and bounds.</param>
/// <param name="time">The clock of timeouts, waits and notes.</param>
/// <param name="random">Numbers in [0, 1) for jitter.</param>
public sealed class AssignmentRunner(ToolRegistry tools, ISecrets secrets, RunnerOptions options, TimeProvider time, Func<double> random)
{
    /// <summary>
    /// Runs one delivery to its end. Every failure becomes a report; only a cancelled <paramref name="cancellationToken"/> throws
    /// <see cref="OperationCanceledException"/>: nothing is then known about the effects of the call under way.
    /// </summary>
    public ValueTask<WorkReport> RunAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        var problems = new List<Problem>();
        TaskPlan? plan;
        try
        {
            plan = TaskCompiler.Compile(assignment.Task, ToolRegistry.Schemas, options.Templates, problems);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "task", $"cannot be read: {exception.Message}"));
            plan = null;
        }

        return plan is null ? new(Refused(assignment, problems)) : RunAsync(assignment, plan, cancellationToken);
    }

    /// <summary>The same with the task already compiled, for callers that run one plan many times.</summary>
    public async ValueTask<WorkReport> RunAsync(Assignment assignment, TaskPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(plan);
        var started = time.GetTimestamp();
        var delivery = new Delivery(assignment, new SecretScope(secrets), new RunNotes(time));
        try
        {
            var outcome = await RunAsync(delivery, plan, cancellationToken);
            return ReportWriter.Write(delivery, outcome, time.GetUtcNow(), time.GetElapsedTime(started));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The last line of defence: an unforeseen fault must end this iteration, not the process and the iterations beside it.
            var error = new WorkError(WorkErrorKind.Internal, $"The worker failed: {exception.GetType().Name}: {exception.Message}");
            return ReportWriter.Write(delivery, new TaskOutcome.Failed(error), time.GetUtcNow(), time.GetElapsedTime(started));
        }
    }

    private async ValueTask<TaskOutcome> RunAsync(Delivery delivery, TaskPlan plan, CancellationToken cancellationToken)
    {
        var (scope, error) = await ScopeBuilder.BuildAsync(delivery.Assignment, plan, delivery.Secrets, new(options.Templates, time), cancellationToken);
        if (scope is null) return new TaskOutcome.Failed(error!);
        delivery.Scope = scope;
        var context = new CallContext
        {
            Secrets = delivery.Secrets,
            HasAttemptTimeout = plan.Timeout is not null,
            MaxResultBytes = delivery.Assignment.MaxResultBytes,
        };
        var attempts = new TaskAttempt(plan, scope, tools, context, delivery.Notes);
        var run = new TaskRun(plan, scope, attempts, delivery.Notes, new RunClock(time, random, options));
        var outcome = await run.RunAsync(delivery.Assignment.AttemptsUsed, cancellationToken);
        delivery.Attempt = run.Attempt;
        return outcome;
    }

    private static WorkReport Refused(Assignment assignment, List<Problem> problems) => new()
    {
        RunId = assignment.RunId,
        Index = assignment.Index,
        Fence = assignment.Fence,
        Outcome = WorkOutcome.Failed,
        Attempt = assignment.AttemptsUsed + 1,
        Error = ReportWriter.Cut(new(WorkErrorKind.Configuration, string.Join(' ', problems.Select(problem => problem.ToString())))),
    };
}
