namespace PlaybookOperator.Operator.Api;

/// <summary>What has no answer of its own is a problem document too: paths and methods that do not exist below <c>/api</c>.</summary>
internal static class UnansweredRequests
{
    public static void UseProblemsForUnanswered(this IApplicationBuilder app) => app.UseStatusCodePages(context =>
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        if (!request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) return Task.CompletedTask;
        var detail = response.StatusCode == StatusCodes.Status405MethodNotAllowed
            ? $"{request.Path} does not take {request.Method} here, only {response.Headers.Allow}."
            : $"There is no {request.Path} here.";
        return Problems.Of(response.StatusCode, "", detail).ExecuteAsync(context.HttpContext);
    });
}
