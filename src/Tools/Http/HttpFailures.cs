using System.Security.Authentication;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Http;

/// <summary>Says what went wrong below HTTP.</summary>
internal static class HttpFailures
{
    public static WorkError Describe(string call, HttpCall made, Exception exception)
    {
        var reason = (exception as HttpRequestException)?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError;
        var said = made.Shown.Hide(exception.GetBaseException().Message, made.Url);
        return reason switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError =>
                new(WorkErrorKind.InvalidResponse, $"{call} got an answer that is not valid HTTP or has too large headers: {said}"),
            HttpRequestError.ResponseEnded => Network(call, "the connection closed before the answer was complete"),
            HttpRequestError.NameResolutionError => Network(call, $"the name of the host cannot be resolved: {said}"),
            // A certificate that is not trusted now is not trusted in a second either; a handshake that broke off may succeed.
            HttpRequestError.SecureConnectionError => Network(call, $"no secure connection: {said}") with { Retryable = exception.GetBaseException() is not AuthenticationException },
            HttpRequestError.ProxyTunnelError => Network(call, $"the proxy that the environment names refused: {said}"),
            // A body that does not unpack is neither a broken connection nor ours to mend.
            _ when exception is InvalidDataException => new(WorkErrorKind.InvalidResponse, $"{call} got a body that cannot be unpacked."),
            _ when exception is HttpRequestException && IsUnsendable(exception.GetBaseException()) => Unsendable(call, made, exception),
            _ => Network(call, said),
        };
    }

    /// <summary>What the platform refuses to send at all: no other attempt can do better.</summary>
    public static bool IsUnsendable(Exception exception) => exception is ArgumentException or FormatException or NotSupportedException or InvalidOperationException;

    public static WorkError Unsendable(string call, HttpCall made, Exception exception) =>
        new(WorkErrorKind.Configuration, $"{call} cannot be sent: {made.Shown.Hide(exception.GetBaseException().Message, made.Url).TrimEnd('.')}.");

    private static WorkError Network(string call, string reason) => new(WorkErrorKind.Network, $"{call} failed: {reason.TrimEnd('.')}.", Retryable: true);
}
