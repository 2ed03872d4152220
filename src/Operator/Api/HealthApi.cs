using System.Diagnostics;

namespace PlaybookOperator.Operator.Api;

/// <summary>Answer of <c>GET /health</c>. Memory is in MB: rss of the process, the runtime's committed and used heap, and what is neither.</summary>
internal sealed record HealthAnswer(
    string Status, DateTimeOffset Timestamp, double Uptime, HealthMemory Memory, string Database, bool Leader, IReadOnlyList<string> Missing);

internal sealed record HealthMemory(
    double Rss,
    [property: System.Text.Json.Serialization.JsonPropertyName("heapTotal")] double HeapTotal,
    [property: System.Text.Json.Serialization.JsonPropertyName("heapUsed")] double HeapUsed,
    double External);

/// <summary>
/// <c>/livez</c>: the process turns over. <c>/readyz</c>: it can serve, or says what is missing. <c>/health</c>: the same and figures, always with status 200 while alive.
/// </summary>
internal static class HealthApi
{
    private const double BytesPerMegabyte = 1024 * 1024;

    public static void MapHealthApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/livez", () => Results.Text("ok\n"));
        routes.MapGet("/readyz", (Readiness readiness) => readiness.Missing is { Count: > 0 } missing
            ? Results.Text(string.Join('\n', missing) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
        routes.MapGet("/health", (Readiness readiness, TimeProvider time) => Results.Json(Measure(readiness, time), ApiJson.Plain.HealthAnswer));
    }

    private static HealthAnswer Measure(Readiness readiness, TimeProvider time)
    {
        using var process = Process.GetCurrentProcess();
        var now = time.GetUtcNow();
        var rss = process.WorkingSet64 / BytesPerMegabyte;
        var committed = GC.GetGCMemoryInfo().TotalCommittedBytes / BytesPerMegabyte;
        var used = GC.GetTotalMemory(forceFullCollection: false) / BytesPerMegabyte;
        var missing = readiness.Missing;
        return new HealthAnswer(
            missing.Count == 0 ? "ok" : "degraded",
            now,
            Math.Round((now - new DateTimeOffset(process.StartTime)).TotalSeconds, 3),
            new HealthMemory(Math.Round(rss, 1), Math.Round(committed, 1), Math.Round(used, 1), Math.Round(Math.Max(0, rss - committed), 1)),
            readiness.Database,
            readiness.IsLeader,
            missing);
    }
}
