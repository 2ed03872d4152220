using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;

namespace PlaybookOperator.Operator.Api;

/// <summary>What the API answers when something behind it does not: never a stack, and when to come again.</summary>
internal static class ApiFailures
{
    private const int RetryAfterSeconds = 1;

    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (EventLogUnavailableException unavailable)
        {
            return ComeAgain(context.HttpContext, unavailable.Message);
        }
        catch (ApiException failure)
        {
            return failure.IsTransient
                ? ComeAgain(context.HttpContext, failure.Message)
                : Problems.Of(StatusCodes.Status502BadGateway, "", failure.Message);
        }
    }

    private static IResult ComeAgain(HttpContext context, string why)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status503ServiceUnavailable, "", why);
    }
}
