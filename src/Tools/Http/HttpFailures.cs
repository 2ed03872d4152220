using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Http;

/// <summary>Says what went wrong below HTTP.</summary>
internal static class HttpFailures
{
    public static WorkError Describe(string call, Exception exception)
    {
        var reason = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError;
        return reason switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError =>
                new(WorkErrorKind.InvalidResponse, $"{call} got an answer that is not valid HTTP or has too large headers: {Innermost(exception)}"),
            HttpRequestError.ResponseEnded => Network(call, "the connection closed before the answer was complete"),
            HttpRequestError.NameResolutionError => Network(call, $"the name of the host cannot be resolved: {Innermost(exception)}"),
            HttpRequestError.SecureConnectionError => Network(call, $"no secure connection: {Innermost(exception)}"),
            // A body that does not unpack is neither a broken connection nor ours to mend.
            _ when exception is InvalidDataException => new(WorkErrorKind.InvalidResponse, $"{call} got a body that cannot be unpacked."),
            _ => Network(call, Innermost(exception)),
        };
    }

    private static WorkError Network(string call, string reason) => new(WorkErrorKind.Network, $"{call} failed: {reason.TrimEnd('.')}.", Retryable: true);

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;
}
