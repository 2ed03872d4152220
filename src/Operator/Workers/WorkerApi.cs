using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// What workers speak, version 1: exchange the pod's token for a session, claim the work, report. Bound to the delivery of the session:
/// whatever a worker says about other work is refused.
/// </summary>
internal static class WorkerApi
{
    private const int MaxReports = 1000;
    private const int MaxSessionBytes = 16 << 10;
    private const int MaxTransactionName = 100;

    public static void MapWorkerApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/worker/v1");
        group.AddEndpointFilter(RequireDatabaseAsync);
        // Who asks for a session is not known yet, so that call is small and takes nobody's place.
        group.MapPost("/session", OpenSessionAsync);
        var known = group.MapGroup("").AddEndpointFilter(AdmitAsync);
        known.MapPost("/claim", ClaimAsync);
        known.MapPost("/input", ReadInputAsync);
        known.MapPost("/reports", ReportAsync);
        known.MapPost("/progress", SaveAsync);
        known.MapPost("/lease", LeaseAsync);
    }

    /// <summary>Without the database there is neither a key to check sessions with nor a place for results: come again.</summary>
    internal static async ValueTask<object?> RequireDatabaseAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.RequestServices.GetRequiredService<WorkerSessions>().IsReady) return await next(context);
        context.HttpContext.Response.Headers.RetryAfter = "1";
        return Problem(StatusCodes.Status503ServiceUnavailable, "", "The database is not available.");
    }

    /// <summary>Turns away what is too much at once before its body is read; and who came while the database went away is to come again too.</summary>
    internal static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var options = http.RequestServices.GetRequiredService<WorkerOptions>();
        // A body of unknown length may be as long as any.
        using var place = http.RequestServices.GetRequiredService<WorkerAdmission>().TryEnter(http.Request.ContentLength ?? options.MaxRequestBytes);
        if (place is null)
        {
            http.RequestServices.GetRequiredService<WorkerMetrics>().Refused("overloaded");
            http.Response.Headers.RetryAfter = "1";
            return Problem(StatusCodes.Status429TooManyRequests, "", "Too many requests of workers are under way here.");
        }

        try
        {
            return await next(context);
        }
        catch (EventLogUnavailableException unavailable)
        {
            http.Response.Headers.RetryAfter = "1";
            return Problem(StatusCodes.Status503ServiceUnavailable, "", unavailable.Message);
        }
        catch (StateLostException lost)
        {
            // The execution ends for it; there is nothing that the worker could wait for.
            return Problem(StatusCodes.Status409Conflict, "session", lost.Message);
        }
    }

    private static async Task<IResult> OpenSessionAsync(
        HttpContext context, PodIdentity pods, WorkerSessions sessions, WorkerOptions options, WorkerMetrics metrics, TimeProvider time)
    {
        var (request, refusal) = await ReadAsync(context, WorkJson.Default.SessionRequest, options, metrics, MaxSessionBytes);
        if (request is null) return refusal!;
        switch (await pods.ResolveAsync(request.Token, context.RequestAborted))
        {
            case PodResolution.Known known:
                var expires = time.GetUtcNow() + TimeSpan.FromSeconds(options.SessionSeconds);
                var session = new WorkerSession(known.Job.Execution, new Delivery(known.Job.Key, known.Job.Fence), known.PodUid, expires);
                return Results.Json(new SessionAnswer(sessions.Signer.Sign(session), expires), WorkJson.Default.SessionAnswer);
            case PodResolution.NotYet notYet:
                context.Response.Headers.RetryAfter = "1";
                return Problem(StatusCodes.Status503ServiceUnavailable, "token", notYet.Reason);
            case PodResolution.Overloaded:
                context.Response.Headers.RetryAfter = "1";
                return Problem(StatusCodes.Status429TooManyRequests, "token", "Too many tokens are being reviewed; come again.");
            case PodResolution.Refused refused:
                metrics.Refused("unauthorized");
                metrics.SessionRefused(refused.Why);
                return Problem(StatusCodes.Status401Unauthorized, "token", refused.Reason);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<IResult> ClaimAsync(HttpContext context, WorkerSessions sessions, AssignmentSource assignments, WorkerMetrics metrics)
    {
        if (Authenticate(context, sessions.Signer) is not { } session) return Unauthorized(metrics);
        // Workers that were built before results could be referred to do not say this, and get them all.
        var takesReferences = context.Request.Query["references"] == "true";
        var (assignment, refusal) = await assignments.ClaimAsync(session.Execution, session.Delivery, session.Pod, takesReferences, context.RequestAborted);
        if (assignment is not null) return Results.Json(assignment, WorkJson.Default.Assignment);
        // A Job whose first pod was deleted makes a second one: its exit code must not say that all is done.
        return Problem(refusal!.ByOtherClaimant ? StatusCodes.Status423Locked : StatusCodes.Status409Conflict, "session", refusal.Reason);
    }

    private static async Task<IResult> ReadInputAsync(
        HttpContext context, WorkerSessions sessions, AssignmentSource assignments, WorkerOptions options, WorkerMetrics metrics)
    {
        if (Authenticate(context, sessions.Signer) is not { } session) return Unauthorized(metrics);
        var (asked, refusal) = await ReadAsync(context, WorkJson.Default.InputRequest, options, metrics);
        if (asked is null) return refusal!;
        // Whatever run is asked for, it is looked for in the session's own execution.
        return await assignments.ReadInputAsync(session.Execution, asked, context.RequestAborted) is { } value
            ? Results.Json(new InputAnswer(value), WorkJson.Default.InputAnswer)
            : Problem(StatusCodes.Status404NotFound, "run_id", $"Execution {session.Execution} has no result of run {asked.RunId}, or a newer run of the step has taken its place.");
    }

    private static async Task<IResult> ReportAsync(
        HttpContext context, WorkerSessions sessions, ReportQueue queue, WorkerOptions options, WorkerMetrics metrics)
    {
        if (Authenticate(context, sessions.Signer) is not { } session) return Unauthorized(metrics);
        var (sent, refusal) = await ReadAsync(context, WorkJson.Default.WorkReportArray, options, metrics);
        if (sent is null) return refusal!;
        var reports = Array.ConvertAll(sent, WithDefaults);
        if (reports.Length is 0 or > MaxReports || Malformed(reports) is not null)
        {
            metrics.Refused("malformed");
            return Problem(StatusCodes.Status422UnprocessableEntity, "reports", Malformed(reports) ?? $"must hold 1 to {MaxReports} reports, not {reports.Length}.");
        }

        if (Array.Exists(reports, report => report.Key != session.Delivery.Key))
        {
            metrics.Refused("forbidden");
            return Problem(StatusCodes.Status403Forbidden, "reports", "A session may report its own work only.");
        }

        var outcomes = await queue.EnqueueAsync(session.Execution, reports, context.RequestAborted);
        foreach (var (report, outcome) in reports.Zip(outcomes))
        {
            if (outcome is IngestOutcome.Accepted) metrics.Accepted(report);
            else metrics.Refused("late");
        }

        return Results.Json(new ReportAnswer([.. outcomes.Select(PoolLeases.Word)]), WorkJson.Default.ReportAnswer);
    }

    private static async Task<IResult> LeaseAsync(
        HttpContext context, WorkerSessions sessions, PoolLeases leases, WorkerOptions options, WorkerMetrics metrics)
    {
        if (Authenticate(context, sessions.Signer) is not { } session) return Unauthorized(metrics);
        var (sent, refusal) = await ReadAsync(context, WorkJson.Default.PoolRequest, options, metrics);
        if (sent is null) return refusal!;
        if (!session.Delivery.Key.IsPool)
        {
            metrics.Refused("forbidden");
            return Problem(StatusCodes.Status403Forbidden, "session", "Only a worker of a pool may ask for iterations.");
        }

        var runId = session.Delivery.Key.RunId;
        var reports = Array.ConvertAll([.. sent.Reports ?? []], report => report is null ? report! : WithDefaults(report) with { RunId = runId });
        if (Malformed(reports, PoolRules.MaxLease, sent) is { } wrong)
        {
            metrics.Refused("malformed");
            return Problem(StatusCodes.Status422UnprocessableEntity, "reports", wrong);
        }

        var request = new PoolRequest(reports, sent.Returned ?? [], sent.Wants, sent.Leaves, sent.Heard);
        var reply = await leases.TurnAsync(session.Execution, runId, session.Pod, request, context.RequestAborted);
        foreach (var (report, outcome) in reports.Zip(reply.Outcomes))
        {
            if (outcome == PoolLeases.Word(IngestOutcome.Accepted)) metrics.Accepted(report);
            else metrics.Refused("late");
        }

        return Results.Json(reply, WorkJson.Default.PoolReply);
    }

    private static string? Malformed(WorkReport[] reports, int most, PoolRequest request)
    {
        if (reports.Length > most) return $"must hold at most {most} reports, not {reports.Length}.";
        if (request.Returned is { } returned && (returned.Count > most || returned.Any(range => range is null || range.Lo < 0 || range.Hi <= range.Lo)))
            return $"returned must hold at most {most} ranges {{lease, lo, hi}} with 0 <= lo < hi.";
        return request.Wants < 0 ? $"wants must be at least 0, not {request.Wants}." : Malformed(reports);
    }

    private static async Task<IResult> SaveAsync(HttpContext context, WorkerSessions sessions, IEventLog log, WorkerOptions options, WorkerMetrics metrics)
    {
        if (Authenticate(context, sessions.Signer) is not { } session) return Unauthorized(metrics);
        var (sent, refusal) = await ReadAsync(context, WorkJson.Default.ProgressReport, options, metrics);
        if (sent is null) return refusal!;
        if (sent.Progress is null || sent.Progress.Sunk < 0 || sent.Progress.Pending?.Length > MaxTransactionName)
        {
            metrics.Refused("malformed");
            return Problem(StatusCodes.Status422UnprocessableEntity, "progress", $"must be {{sunk, pending}}: pages from 0, and a name of at most {MaxTransactionName} characters.");
        }

        var delivery = new Delivery(new WorkKey(sent.RunId, sent.Index), sent.Fence);
        if (delivery != session.Delivery)
        {
            metrics.Refused("forbidden");
            return Problem(StatusCodes.Status403Forbidden, "progress", "A session may report its own work only.");
        }

        var stands = await log.SaveProgressAsync(session.Execution, delivery.Key, delivery.Fence, sent.Progress, context.RequestAborted);
        return Results.Json(new ProgressAnswer(stands), WorkJson.Default.ProgressAnswer);
    }

    /// <summary>The JSON reader sets what is absent to null or 0, whatever the record says.</summary>
    private static WorkReport WithDefaults(WorkReport report) =>
        report is null ? report! : report with { Notes = report.Notes ?? [], Attempt = Math.Max(report.Attempt, 1) };

    private static string? Malformed(WorkReport[] reports)
    {
        foreach (var report in reports)
        {
            if (report is null) return "must not hold null.";
            if (report.Fence < 1) return $"fence must be at least 1, not {report.Fence}.";
            if (report.Index < WorkKey.Call) return $"index must be at least {WorkKey.Call}, not {report.Index}.";
            if (report.Notes.Count > WorkLimits.MaxNotes) return $"notes must be at most {WorkLimits.MaxNotes}, not {report.Notes.Count}.";
            if (report.Outcome == WorkOutcome.Waiting && report.NextAt is null) return "next_at is required by the outcome Waiting.";
            if (report.Numbers is { } numbers && (numbers.Count > AggregatePlan.MaxNames || numbers.Any(number => number is { } one && !(Math.Abs(one) <= WorkLimits.MaxNumber))))
                return $"numbers must be at most {AggregatePlan.MaxNames}, each null or within ±1e100.";
            if (report.Notes.Any(note => note?.Type is not (EventType.CallRetry or EventType.SinkDone or EventType.SinkError)))
                return "notes may be CallRetry, SinkDone or SinkError.";
        }

        return null;
    }

    internal static WorkerSession? Authenticate(HttpContext context, SessionSigner signer)
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.Ordinal) ? signer.Verify(header[Scheme.Length..]) : null;
    }

    internal static async Task<(T? Body, IResult? Refusal)> ReadAsync<T>(
        HttpContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, WorkerOptions options, WorkerMetrics metrics, long most = long.MaxValue)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Math.Min(most, options.MaxRequestBytes);
        try
        {
            using var read = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
            var body = JsonSerializer.Deserialize(LoneSurrogates.Mend(read.Json).Span, type);
            if (body is not null) return (body, null);
            metrics.Refused("malformed");
            return (null, Problem(StatusCodes.Status422UnprocessableEntity, "", "The body must not be null."));
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            metrics.Refused("too_large");
            return (null, Problem(
                StatusCodes.Status413PayloadTooLarge, "", string.Create(CultureInfo.InvariantCulture, $"The body is larger than {Math.Min(most, options.MaxRequestBytes)} bytes.")));
        }
        catch (JsonException malformed)
        {
            metrics.Refused("malformed");
            return (null, Problem(StatusCodes.Status422UnprocessableEntity, malformed.Path ?? "", "The body is not the JSON that this call takes."));
        }
    }

    internal static IResult Unauthorized(WorkerMetrics metrics)
    {
        metrics.Refused("unauthorized");
        return Problem(StatusCodes.Status401Unauthorized, "Authorization", "A session from /worker/v1/session is required.");
    }

    private static IResult Problem(int status, string field, string detail) => Api.Problems.Of(status, field, detail);
}
