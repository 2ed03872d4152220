namespace PlaybookOperator.SampleApi;

/// <summary>
/// <c>/concurrency/probe?seconds=</c> (or <c>ms=</c>; at most 300 s) waits and answers; <c>/concurrency/stats</c> tells how many did so at once;
/// <c>POST /concurrency/reset</c>.
/// </summary>
internal static class ConcurrencyApi
{
    private const double MaxMs = 300_000;

    public static void Map(IEndpointRouteBuilder routes, SampleState state)
    {
        routes.MapGet("/concurrency/probe", context => ProbeAsync(context, state));
        routes.MapGet("/concurrency/stats", context => StatsAsync(context, state.Of(context).Probe));
        routes.MapPost("/concurrency/reset", context =>
        {
            var probe = state.Of(context).Probe;
            probe.Reset();
            return StatsAsync(context, probe);
        });
    }

    private static async Task ProbeAsync(HttpContext context, SampleState state)
    {
        var milliseconds = Ask.Fraction(context, "ms", Ask.Fraction(context, "seconds", 0, MaxMs / 1000) * 1000, MaxMs);
        var probe = state.Of(context).Probe;
        var epoch = probe.Enter();
        var completed = false;
        try
        {
            await state.HoldAsync(milliseconds, context.RequestAborted);
            completed = true;
        }
        finally
        {
            probe.Leave(epoch, completed);
        }

        await Answer.JsonAsync(context, new() { ["slept_ms"] = milliseconds, ["item"] = Ask.Text(context, "item") });
    }

    private static Task StatsAsync(HttpContext context, ConcurrencyProbe probe) => Answer.JsonAsync(context, new()
    {
        ["started"] = probe.Started,
        ["completed"] = probe.Completed,
        ["active"] = probe.Active,
        ["max_active"] = probe.MaxActive,
    });
}
