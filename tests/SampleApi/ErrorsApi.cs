using System.Globalization;

namespace PlaybookOperator.SampleApi;

/// <summary>
/// <c>/errors?error_type=429|500|503|timeout|401|403|404…</c>, with <c>Retry-After</c> of <c>retry_after</c> seconds (<c>retry_after_format=date</c>
/// gives a date). <c>fail_times=n</c> fails only the first n requests of the run with that <c>name</c>.
/// <c>/rate-limited?requests_per_second=2</c> answers 429 above the rate.
/// </summary>
internal static class ErrorsApi
{
    private const double TimeoutMs = 30_000;

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/errors", context => FailAsync(context, state));
        routes.MapPost("/errors", context => FailAsync(context, state));
        routes.MapGet("/rate-limited", context => LimitAsync(context, state));
    }

    private static async Task FailAsync(HttpContext context, SampleState state)
    {
        var kind = Ask.Text(context, "error_type") ?? "500";
        var visit = state.Of(context).Visit($"errors/{kind}/{Ask.Text(context, "name")}");
        if (visit > Ask.Number(context, "fail_times", int.MaxValue, min: 0))
        {
            await Answer.JsonAsync(context, new() { ["status"] = "ok", ["attempts"] = visit });
            return;
        }

        if (kind == "timeout")
        {
            await state.HoldAsync(TimeoutMs, context.RequestAborted);
            kind = "504";
        }

        var status = int.TryParse(kind, out var number) && number is >= 400 and <= 599 ? number : StatusCodes.Status400BadRequest;
        if (status is 429 or 503 || Ask.Has(context, "retry_after")) SetRetryAfter(context, state.Time);
        await Answer.ErrorAsync(context, status, $"Asked to answer {kind}; this was request {visit}.");
    }

    private static Task LimitAsync(HttpContext context, SampleState state)
    {
        if (state.Of(context).Admit("rate-limited", Ask.Number(context, "requests_per_second", 2)))
            return Answer.JsonAsync(context, new() { ["status"] = "ok" });
        context.Response.Headers.RetryAfter = "1";
        return Answer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests in this second.");
    }

    private static void SetRetryAfter(HttpContext context, TimeProvider time)
    {
        var seconds = Ask.Number(context, "retry_after", 1, min: 0);
        context.Response.Headers.RetryAfter = Ask.Text(context, "retry_after_format") == "date"
            ? time.GetUtcNow().AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture)
            : seconds.ToString(CultureInfo.InvariantCulture);
    }
}
