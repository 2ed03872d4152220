using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// Calls that the operator has had made by something that is no worker: a child execution, a container. Their templates are rendered here, and their
/// ends are asked about retry, case and until as a worker would ask. No secret is ever read: the compiler refuses steps of such tools that need one.
/// </summary>
internal sealed class EndedCalls(RunnerOptions options, TimeProvider time, Func<double> random) : IDisposable
{
    private static readonly GivenSecrets s_none = new(new Dictionary<string, string>());

    /// <summary>Every wait is the decider's: the next attempt is another delivery.</summary>
    private static readonly RunnerOptions s_handingBack = new() { HandsBackLongWaits = true, LongestWait = TimeSpan.FromTicks(-1) };

    private readonly ToolInstances _instances = new(time);

    /// <summary>The names that the templates of the call see.</summary>
    public async ValueTask<(RunScope? Scope, WorkError? Error)> ScopeAsync(Assignment assignment, TaskPlan plan, CancellationToken cancellationToken)
    {
        var (scope, error) = await ScopeBuilder.BuildAsync(
            assignment, plan, new SecretScope(s_none), new ScopeBuilder.Settings(options.Templates, time), late: null, cancellationToken);
        scope?.Bind("attempt", Value.From(assignment.AttemptsUsed + 1L));
        scope?.BindPage(page: null);
        return (scope, error);
    }

    /// <summary>What the log is told: the result, or the failure, or that another attempt is due later.</summary>
    public async ValueTask<WorkReport> ReportAsync(
        Assignment assignment, TaskPlan plan, CallOutcome outcome, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (outcome.Error is { } error) outcome = outcome with { Error = ReportWriter.Cut(error) };
        // What the author of the playbook must mend is not tried again.
        if (outcome.Error is { Kind: WorkErrorKind.Configuration or WorkErrorKind.Template }) plan = plan with { Retry = RetryPlan.None };
        var tools = new ToolRegistry(plan.Tool.Kind, new EndedCall(outcome), _instances);
        var runner = new AssignmentRunner(tools, s_none, s_handingBack with { Templates = options.Templates }, time, random);
        var report = await runner.RunAsync(assignment, plan, save: null, cancellationToken);
        return report with { DurationMs = Math.Round(elapsed.TotalMilliseconds, 3) };
    }

    public void Dispose() => _instances.Dispose();

    /// <summary>A call that has been made: whatever it is asked, this is how it ended.</summary>
    private sealed class EndedCall(CallOutcome outcome) : ITool
    {
        public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken) => ValueTask.FromResult(outcome);
    }
}
