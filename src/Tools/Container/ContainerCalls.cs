using System.Globalization;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Shell;

namespace PlaybookOperator.Tools.Container;

/// <summary>
/// The two ends of a container: what it is started with, and what its end means, retries included. This runs in the operator, because there is no
/// worker in a user's image; no secret is ever read here.
/// </summary>
/// <param name="options">Bounds of templates.</param>
/// <param name="time">The clock of templates and of waits before retries.</param>
/// <param name="random">Numbers in [0, 1) for jitter.</param>
public sealed class ContainerCalls(RunnerOptions options, TimeProvider time, Func<double> random) : IDisposable
{
    private const int MaxShownLogLength = 2048;
    private readonly EndedCalls _calls = new(options, time, random);

    /// <summary>Renders the tool's keys, except the variables that are secrets (<see cref="ContainerEnvironment"/>).</summary>
    public async ValueTask<(ContainerRequest? Request, WorkError? Error)> RenderAsync(Assignment assignment, TaskPlan plan, CancellationToken cancellationToken)
    {
        var (task, _) = ContainerEnvironment.Split(plan);
        var (scope, error) = await _calls.ScopeAsync(assignment, task, cancellationToken);
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
    public ValueTask<WorkReport> ReportAsync(Assignment assignment, TaskPlan plan, ContainerEnd end, CancellationToken cancellationToken)
    {
        DataProblem? problem = null;
        var result = Value.Map([
            new("exit_code", end.ExitCode is { } code ? Value.From((long)code) : Value.Null),
            new("reason", Value.From(end.Reason)),
            new("output", end.Log is { } log ? ShellTool.LastLine(log, out problem) : Value.Null),
        ]);
        var outcome = (ErrorOf(end) ?? (problem is null ? null : ShellTool.Unusable(problem))) is { } error ? new CallOutcome { Response = result, Error = error } : CallOutcome.Completed(result);
        return _calls.ReportAsync(assignment, ContainerEnvironment.Split(plan).Visible, outcome, end.Elapsed, cancellationToken);
    }

    /// <summary>What the log is told of a container that could not be started.</summary>
    public ValueTask<WorkReport> ReportAsync(Assignment assignment, TaskPlan plan, WorkError error, CancellationToken cancellationToken) =>
        _calls.ReportAsync(assignment, ContainerEnvironment.Split(plan).Visible, CallOutcome.Failed(error), TimeSpan.Zero, cancellationToken);

    public void Dispose() => _calls.Dispose();

    /// <summary>Containers that ran out of time or lost their node may fare better; what an image does by itself it will do again.</summary>
    private static WorkError? ErrorOf(ContainerEnd end)
    {
        if (end.Kind is null) return end.Log is null ? new(WorkErrorKind.NoResult, "The container succeeded, but what it printed could not be read.") : null;
        var said = end.Log?.Trim() ?? "";
        if (said.Length > MaxShownLogLength) said = $"…{said[^MaxShownLogLength..]}";
        return new WorkError(
            end.Kind,
            said.Length == 0 ? end.Message : $"{end.Message} It printed: {said}",
            Code: end.ExitCode?.ToString(CultureInfo.InvariantCulture),
            Retryable: end.Kind is WorkErrorKind.NodeLost or WorkErrorKind.DeadlineExceeded);
    }

    private static IReadOnlyList<string>? Words(SettingsReader settings, string key)
    {
        if (!settings.Has(key)) return null;
        if (settings.Get(key).Kind == ValueKind.List) return [.. settings.Get(key).Items.Select(word => word.ToText())];
        settings.Fail(key, $"must be a list of words, not a {settings.Get(key).TypeName}.");
        return null;
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;
}
