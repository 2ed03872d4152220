using System.Text;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Tools.Container;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>
/// For the worker beside a container of a playbook with secrets: it asks for what the container printed, hides the secrets, which only it knows, and sends it
/// back; that is the container's report.
/// </summary>
internal static class ContainerOutputApi
{
    public static void MapContainerOutputApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/worker/v1/output").AddEndpointFilter(WorkerApi.RequireDatabaseAsync).AddEndpointFilter(WorkerApi.AdmitAsync).AddEndpointFilter(ComeAgainAsync);
        group.MapPost("", ReadAsync);
        group.MapPost("/masked", ReportAsync);
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context, WorkerSessions sessions, MaskedContainers containers, WorkerOptions options, WorkerMetrics metrics)
    {
        if (WorkerApi.Authenticate(context, sessions.Signer) is not { } session) return WorkerApi.Unauthorized(metrics);
        var (asked, refusal) = await WorkerApi.ReadAsync(context, WorkJson.Default.OutputRequest, options, metrics);
        if (asked is null) return refusal!;
        if (await containers.FindAsync(session, asked.Pod, context.RequestAborted) is not var (_, pod)) return Gone();
        if (!ContainerReading.HasEnded(pod)) return Results.NoContent();
        // Removed, or lost with its node: that is told when its Job is over, and without its output.
        if (ContainerReading.OfContainer(pod) is null) return Gone();
        try
        {
            return await containers.ReadLogAsync(pod, context.RequestAborted) is { } log
                ? Results.Json(new OutputAnswer(log.Text, log.IsCut), WorkJson.Default.OutputAnswer)
                : Gone();
        }
        catch (ApiException failure) when (!containers.MayStillBeRead(pod))
        {
            // As without secrets: told when its Job is over, and without its output.
            return Gone(failure.Message);
        }
    }

    /// <summary>An API server or a node that does not answer now may answer soon.</summary>
    private static async ValueTask<object?> ComeAgainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ApiException failure)
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return Api.Problems.Of(StatusCodes.Status503ServiceUnavailable, "", failure.Message);
        }
    }

    private static async Task<IResult> ReportAsync(
        HttpContext context, WorkerSessions sessions, MaskedContainers containers, WorkerOptions options, WorkerMetrics metrics)
    {
        if (WorkerApi.Authenticate(context, sessions.Signer) is not { } session) return WorkerApi.Unauthorized(metrics);
        var (sent, refusal) = await WorkerApi.ReadAsync(context, WorkJson.Default.MaskedOutput, options, metrics);
        if (sent is null) return refusal!;
        if (sent.Log is null || Encoding.UTF8.GetByteCount(sent.Log) > WorkLimits.MaxOutputBytes)
        {
            metrics.Refused("malformed");
            return Api.Problems.Of(StatusCodes.Status422UnprocessableEntity, "log", $"must be a text of at most {WorkLimits.MaxOutputBytes} bytes.");
        }

        if (await containers.FindAsync(session, sent.Pod, context.RequestAborted) is not var (view, pod) || ContainerReading.OfContainer(pod) is not { } end) return Gone();
        var outcome = await containers.ReportAsync(view, session.Delivery, end with { Log = sent.Log }, context.RequestAborted);
        return Results.Json(new ReportAnswer([PoolLeases.Word(outcome)]), WorkJson.Default.ReportAnswer);
    }

    private static IResult Gone(string why = "the container or its work is gone.") => Api.Problems.Of(StatusCodes.Status409Conflict, "pod", $"There is no output to be masked: {why}");
}

/// <summary>Finds the pod that a session speaks for, reads its log and takes in how it ended.</summary>
internal sealed class MaskedContainers(
    ApiClient client, ContainerLogs logs, ContainerAssignments assignments, ReportQueue reports, Reconciler reconciler, ContainerOptions options, TimeProvider time)
{
    /// <summary>Null: the execution, its run or the pod is gone, or the session is not one of a container of a playbook with secrets.</summary>
    public async Task<(ExecutionView View, Pod Pod)?> FindAsync(WorkerSession session, string? name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name)) return null;
        if (await reconciler.LookAsync(session.Execution, cancellationToken) is not var (header, state, plan)) return null;
        var run = state.Steps.Values.FirstOrDefault(step => step.RunId == session.Delivery.Key.RunId);
        if (run is null || plan.ByName[run.Step].Task is not { RunsAsContainer: true } || plan.Secrets.IsEmpty) return null;
        var pod = await client.GetAsync(Resources.Pods, new NamespacedName(header.Namespace, name), cancellationToken);
        // The name is the worker's word; the uid is what its token proved.
        return pod?.Metadata.Uid == session.Pod ? (new ExecutionView(header, state, plan), ContainerReading.WithoutWords(pod)) : null;
    }

    /// <summary>Whether it is still worth asking for what it printed.</summary>
    public bool MayStillBeRead(Pod pod) => time.GetUtcNow() < ContainerReading.FinishedAt(pod, time.GetUtcNow()) + TimeSpan.FromSeconds(options.LogSeconds);

    public Task<ContainerLog?> ReadLogAsync(Pod pod, CancellationToken cancellationToken) => logs.ReadAsync(NamespacedName.Of(pod), cancellationToken);

    public async Task<IngestOutcome> ReportAsync(ExecutionView view, Delivery delivery, ContainerEnd end, CancellationToken cancellationToken)
    {
        var work = await assignments.ReadAsync(view, delivery, cancellationToken);
        var report = await assignments.Calls.ReportAsync(work.Assignment, work.Task, end, cancellationToken);
        return (await reports.EnqueueAsync(view.Header.Id, [report], cancellationToken))[0];
    }
}
