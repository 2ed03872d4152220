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
/// <param name="inputs">Where results come from that an assignment only refers to; null: assignments carry everything.</param>
public sealed class AssignmentRunner(
    ToolRegistry tools,
    ISecrets secrets,
    RunnerOptions options,
    TimeProvider time,
    Func<double> random,
    IQueryCache? queries = null,
    WorkerCaches? caches = null,
    IInputSource? inputs = null)
{
    private readonly SecretMasks _masks = new();
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
        return Compile(assignment, out var refusal) is { } plan ? RunAsync(assignment, plan, save, cancellationToken) : new(refusal!);
    }

    private TaskPlan? Compile(Assignment assignment, List<Problem> problems)
    {
        try
        {
            return TaskCompiler.Compile(assignment.Task, ToolSchemas.All, options.Templates, problems, caches?.Templates);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "task", $"cannot be read: {exception.Message}"));
            return null;
        }
    }

    /// <summary>The same with the task already compiled, for callers that run one plan many times.</summary>
    public async ValueTask<WorkReport> RunAsync(Assignment assignment, TaskPlan plan, SaveProgress? save, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(plan);
        var scope = NewSecrets();
        var late = LateInputsOf(assignment);
        return await RunAsync(assignment, plan, scope, token => ScopeBuilder.BuildAsync(assignment, plan, scope, ScopeSettings, late, token), save, cancellationToken);
    }

    /// <summary>What is told to the worker of a pool whose task cannot be read; null: it can.</summary>
    public TaskPlan? Compile(Assignment assignment, out WorkReport? refusal)
    {
        var problems = new List<Problem>();
        var plan = Compile(assignment, problems);
        refusal = plan is null ? Refused(assignment, problems) : null;
        return plan;
    }

    internal ScopeBuilder.Settings ScopeSettings => new(options.Templates, time, caches?.Templates);

    internal SecretScope NewSecrets() => new(secrets, _masks);

    internal LateInputs? LateInputsOf(Assignment assignment) => LateInputs.Of(assignment, inputs, time);

    /// <summary>The same with variables that come from elsewhere.</summary>
    internal async ValueTask<WorkReport> RunAsync(
        Assignment assignment,
        TaskPlan plan,
        SecretScope read,
        Func<CancellationToken, ValueTask<(RunScope? Scope, WorkError? Error)>> scope,
        SaveProgress? save,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var delivery = new Delivery(assignment, read, new RunNotes(time));
        try
        {
            var outcome = await RunAsync(delivery, plan, scope, save, cancellationToken);
            return WithCounts(delivery, ReportWriter.Write(delivery, plan, outcome, time.GetUtcNow(), time.GetElapsedTime(started)));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The last line of defence: an unforeseen fault must end this iteration, not the process and the iterations beside it.
            var error = new WorkError(WorkErrorKind.Internal, $"The worker failed: {exception.GetType().Name}: {exception.Message}");
            return WithCounts(delivery, ReportWriter.Write(delivery, plan, new TaskOutcome.Failed(error), time.GetUtcNow(), time.GetElapsedTime(started)));
        }
    }

    private async ValueTask<TaskOutcome> RunAsync(
        Delivery delivery,
        TaskPlan plan,
        Func<CancellationToken, ValueTask<(RunScope? Scope, WorkError? Error)>> variables,
        SaveProgress? save,
        CancellationToken cancellationToken)
    {
        if (await delivery.Secrets.KnowAllAsync(delivery.Assignment.Secrets, cancellationToken) is { } unread) return new TaskOutcome.Failed(unread);
        var (scope, error) = await variables(cancellationToken);
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
        var cases = new CaseRun(plan, delivery.Assignment.Step, scope, sinks, clock, context.MaxResultBytes);
        var run = new TaskRun(plan, scope, attempts, cases, delivery.Notes, clock);
        var outcome = await run.RunAsync(delivery.Assignment.AttemptsUsed, cancellationToken);
        (delivery.Attempt, delivery.Last) = (run.Attempt, run.Last);
        return outcome;
    }

    /// <summary>Counts evaluations of what plans hold; gives what reports have not told of the caches yet, null: nothing.</summary>
    internal IReadOnlyList<CacheCounts>? CountCaches(long evaluations)
    {
        caches?.Templates.CountUses(evaluations);
        return caches?.Take();
    }

    /// <summary>The worker of a pool counts for many iterations at once.</summary>
    private WorkReport WithCounts(Delivery delivery, WorkReport report) =>
        delivery.Assignment.Pool is null && CountCaches(delivery.Scope?.Templates.Evaluations ?? 0) is { } counts ? report with { Caches = counts } : report;

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
