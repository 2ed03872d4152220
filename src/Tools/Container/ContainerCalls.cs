using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;
using PlaybookOperator.Tools.Shell;

namespace PlaybookOperator.Tools.Container;

/// <summary>
/// The two ends of a container: what it is started with, and what its end means, retries included. This runs in the operator, because there is no
/// worker in a user's image; no secret is ever read here.
/// </summary>
/// <param name="options">Bounds of templates.</param>
/// <param name="time">The clock of templates and of waits before retries.</param>
/// <param name="random">Numbers in [0, 1) for jitter.</param>
public sealed class ContainerCalls(RunnerOptions options, TimeProvider time, Func<double> random)
{
    private const int MaxShownLogLength = 2048;
    private static readonly GivenSecrets s_none = new(new Dictionary<string, string>());

    /// <summary>Renders the tool's keys, except the variables that are secrets (<see cref="ContainerEnvironment"/>).</summary>
    public async ValueTask<(ContainerRequest? Request, WorkError? Error)> RenderAsync(Assignment assignment, TaskPlan plan, CancellationToken cancellationToken)
    {
        var (task, _) = ContainerEnvironment.Split(plan);
        var (scope, error) = await ScopeAsync(assignment, task, cancellationToken);
        if (scope is null) return (null, error);
        if (!task.Args.TryRender(scope.Variables, scope.Templates, out var args, out var wrong)) return (null, CallErrors.Template(wrong!));
        scope.BindArgs(args);
        if (!task.Tool.Settings.TryRender(scope.Variables, scope.Templates, out var rendered, out wrong)) return (null, CallErrors.Template(wrong!));
        var settings = new SettingsReader(new CallRequest(rendered, "tool"), scope.Secrets);
        var request = new ContainerRequest
        {
            Image = settings.RequiredText("image") ?? "",
            Command = Words(settings, "command"),
            Args = Words(settings, "args"),
            Environment = [.. settings.Members("env").Where(variable => variable.Value.Kind != ValueKind.Null).Select(variable => KeyValuePair.Create(variable.Key, variable.Value.ToText()))],
            Resources = settings.Members("resources").Any() ? settings.Get("resources").ToJsonElement() : null,
            Timeout = Shorter(settings.Duration("timeout"), plan.Timeout),
            ServiceAccount = settings.Text("serviceAccount"),
        };
        return settings.Error is null ? (request, null) : (null, settings.Error);
    }

    /// <summary>What the log is told of a container that ended: its result, its failure, or that another attempt is due later.</summary>
    public async ValueTask<WorkReport> ReportAsync(Assignment assignment, TaskPlan plan, ContainerEnd end, CancellationToken cancellationToken)
    {
        var result = Value.Map([
            new("exit_code", end.ExitCode is { } code ? Value.From((long)code) : Value.Null),
            new("reason", Value.From(end.Reason)),
            new("output", end.Log is { } log ? ShellTool.LastLine(log) : Value.Null),
        ]);
        var report = Report(assignment, end.Elapsed);
        if (end.Kind is null && end.Log is null)
            return report with { Error = new(WorkErrorKind.NoResult, "The container succeeded, but what it printed could not be read.") };
        if (end.Kind is not null) return await FailedAsync(report, assignment, plan, ErrorOf(end), result, cancellationToken);
        var (json, tooLarge) = ResultText.Write(result, SecretMask.None, assignment.MaxResultBytes);
        return tooLarge is null ? report with { Outcome = WorkOutcome.Completed, Result = json } : report with { Error = tooLarge };
    }

    /// <summary>What the log is told of a container that could not be started.</summary>
    public ValueTask<WorkReport> ReportAsync(Assignment assignment, TaskPlan plan, WorkError error, CancellationToken cancellationToken) =>
        FailedAsync(Report(assignment, TimeSpan.Zero), assignment, plan, error, Value.Null, cancellationToken);

    private async ValueTask<WorkReport> FailedAsync(
        WorkReport report, Assignment assignment, TaskPlan plan, WorkError error, Value response, CancellationToken cancellationToken)
    {
        error = ReportWriter.Cut(error);
        if (plan.Retry.OnError is not { } rule) return report with { Error = error };
        var (scope, _) = await ScopeAsync(assignment, ContainerEnvironment.Split(plan).Visible, cancellationToken);
        if (scope is null) return report with { Error = error };
        scope.BindOutcome(new CallOutcome { Response = response, Error = error });
        scope.BindError(error);
        var attempt = assignment.AttemptsUsed + 1;
        return RetryRule.Retries(rule, attempt, error, scope)
            ? report with { Outcome = WorkOutcome.Waiting, Error = error, NextAt = time.GetUtcNow() + RetryBackoff.Delay(rule, attempt, random(), retryAfter: null) }
            : report with { Error = error };
    }

    /// <summary>Containers that ran out of time or lost their node may fare better; what an image does by itself it will do again.</summary>
    private static WorkError ErrorOf(ContainerEnd end)
    {
        var said = end.Log?.Trim() ?? "";
        if (said.Length > MaxShownLogLength) said = $"…{said[^MaxShownLogLength..]}";
        return new WorkError(
            end.Kind!,
            said.Length == 0 ? end.Message : $"{end.Message} It printed: {said}",
            Code: end.ExitCode?.ToString(CultureInfo.InvariantCulture),
            Retryable: end.Kind is WorkErrorKind.NodeLost or WorkErrorKind.DeadlineExceeded);
    }

    private static WorkReport Report(Assignment assignment, TimeSpan elapsed) => new()
    {
        RunId = assignment.RunId,
        Index = assignment.Index,
        Fence = assignment.Fence,
        Outcome = WorkOutcome.Failed,
        Attempt = assignment.AttemptsUsed + 1,
        DurationMs = Math.Round(elapsed.TotalMilliseconds, 3),
    };

    private static IReadOnlyList<string>? Words(SettingsReader settings, string key)
    {
        if (!settings.Has(key)) return null;
        if (settings.Get(key).Kind == ValueKind.List) return [.. settings.Get(key).Items.Select(word => word.ToText())];
        settings.Fail(key, $"must be a list of words, not a {settings.Get(key).TypeName}.");
        return null;
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    private async ValueTask<(RunScope? Scope, WorkError? Error)> ScopeAsync(Assignment assignment, TaskPlan task, CancellationToken cancellationToken)
    {
        var (scope, error) = await ScopeBuilder.BuildAsync(
            assignment, task, new SecretScope(s_none), new ScopeBuilder.Settings(options.Templates, time), cancellationToken);
        scope?.Bind("attempt", Value.From(assignment.AttemptsUsed + 1L));
        scope?.Bind("page", Value.From(1L));
        return (scope, error);
    }
}
