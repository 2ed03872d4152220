using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Queries;
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
/// <param name="queries">Earlier results for steps with <c>cache</c>; null: every call is made.</param>
/// <param name="caches">Parsed templates, and the counters that reports tell; null: neither.</param>
public sealed class AssignmentRunner(ToolRegistry tools, ISecrets secrets, RunnerOptions options, TimeProvider time, Func<double> random, IQueryCache? queries = null, WorkerCaches? caches = null)
{
    private readonly QueryCalls? _queries = queries is null ? null : new QueryCalls(queries);

    /// <summary>
    /// Runs one delivery to its end. Every failure becomes a report; only a cancelled <paramref name="cancellationToken"/> throws
    /// <see cref="OperationCanceledException"/>: nothing is then known about the effects of the call under way.
    /// </summary>
    /// <param name="assignment">The work.</param>
    /// <param name="save">Where progress goes; null: a delivery after a crash begins from scratch.</param>
    /// <param name="cancellationToken">Ends everything at once.</param>
    public ValueTask<WorkReport> RunAsync(Assignment assignment, SaveProgress? save, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        var problems = new List<Problem>();
        TaskPlan? plan;
        try
        {
            plan = TaskCompiler.Compile(assignment.Task, ToolRegistry.Schemas, options.Templates, problems, caches?.Templates);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "task", $"cannot be read: {exception.Message}"));
            plan = null;
        }

        return plan is null ? new(Refused(assignment, problems)) : RunAsync(assignment, plan, save, cancellationToken);
    }

    /// <summary>The same with the task already compiled, for callers that run one plan many times.</summary>
    public async ValueTask<WorkReport> RunAsync(Assignment assignment, TaskPlan plan, SaveProgress? save, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(plan);
        var started = time.GetTimestamp();
        var delivery = new Delivery(assignment, new SecretScope(secrets), new RunNotes(time));
        try
        {
            var outcome = await RunAsync(delivery, plan, save, cancellationToken);
            return WithCounts(ReportWriter.Write(delivery, plan, outcome, time.GetUtcNow(), time.GetElapsedTime(started)));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The last line of defence: an unforeseen fault must end this iteration, not the process and the iterations beside it.
            var error = new WorkError(WorkErrorKind.Internal, $"The worker failed: {exception.GetType().Name}: {exception.Message}");
            return WithCounts(ReportWriter.Write(delivery, plan, new TaskOutcome.Failed(error), time.GetUtcNow(), time.GetElapsedTime(started)));
        }
    }

    private async ValueTask<TaskOutcome> RunAsync(Delivery delivery, TaskPlan plan, SaveProgress? save, CancellationToken cancellationToken)
    {
        var (scope, error) = await ScopeBuilder.BuildAsync(delivery.Assignment, plan, delivery.Secrets, new(options.Templates, time), cancellationToken);
        if (scope is null) return new TaskOutcome.Failed(error!);
        delivery.Scope = scope;
        var context = new CallContext
        {
            Secrets = delivery.Secrets,
            HasAttemptTimeout = plan.Timeout is not null,
            MaxResultBytes = delivery.Assignment.MaxResultBytes,
            Queries = _queries,
        };
        var clock = new RunClock(time, random, options);
        var sinks = new SinkWriter(scope, tools, context, delivery.Notes);
        var attempts = new TaskAttempt(plan, scope, tools, context, sinks, new PageSinks(sinks, delivery.Assignment, save));
        var cases = new CaseRun(plan, scope, sinks, clock, context.MaxResultBytes);
        var run = new TaskRun(plan, scope, attempts, cases, delivery.Notes, clock);
        var outcome = await run.RunAsync(delivery.Assignment.AttemptsUsed, cancellationToken);
        (delivery.Attempt, delivery.Last) = (run.Attempt, run.Last);
        return outcome;
    }

    private WorkReport WithCounts(WorkReport report) => caches?.Take() is { } counts ? report with { Caches = counts } : report;

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
