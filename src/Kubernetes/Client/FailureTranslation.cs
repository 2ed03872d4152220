using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Turns what went wrong on the wire into one sentence of the right kind.</summary>
internal static class FailureTranslation
{
    public static ApiException FromAnswer(ApiRequest request, HttpStatusCode code, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        var status = ParseStatus(body);
        var wait = retryAfter ?? (status?.Details?.RetryAfterSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
        return Build(request, code, status, wait);
    }

    /// <summary>For an ERROR event within a watch, which carries a status object in place of a status line.</summary>
    public static ApiException FromStatus(ApiRequest request, ApiStatus status) =>
        Build(request, (HttpStatusCode)(status.Code ?? 500), status, null);

    public static ApiException FromTransport(ApiRequest request, Exception exception, Uri server)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is CertificateRejectedException rejected) return new ApiCertificateException(rejected.Message, exception);
        }

        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
            return new ApiCertificateException($"No secure connection to {Place(server)} could be made: {Reason(exception)}.", exception);
        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
            return new ApiUnreachableException($"The name of the API server {Place(server)} does not resolve.", exception);
        return new ApiUnreachableException(
            $"The API server {Place(server)} could not be reached to {request.Deed()}: {Reason(exception)}.", exception);
    }

    public static ApiUnreachableException TimedOut(ApiRequest request, TimeSpan after, Uri server) =>
        new($"The API server {Place(server)} did not answer within {after.TotalSeconds:0.###} s when asked to {request.Deed()}.");

    public static ApiStatus? ParseStatus(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonSerializer.Deserialize(body, KubernetesJson.Default.ApiStatus);
        }
        catch (JsonException)
        {
            // A proxy on the way answers in a language of its own; the status line says enough.
            return null;
        }
    }

    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };

    private static ApiException Build(ApiRequest request, HttpStatusCode code, ApiStatus? status, TimeSpan? retryAfter)
    {
        var deed = request.Deed();
        var said = Said(status, code);
        return (int)code switch
        {
            401 => new ApiUnauthorizedException(
                $"The API server does not accept our credentials (expired or unknown token or certificate) to {deed}.")
            { StatusCode = code, Status = status },
            403 => Forbidden(request, code, status),
            404 => new ApiNotFoundException($"Nothing was found to {deed}: {said}.") { StatusCode = code, Status = status },
            409 => new ApiConflictException($"A conflict arose on the attempt to {deed}: {said}.") { StatusCode = code, Status = status },
            410 => new ApiGoneException($"The version asked for to {deed} is no longer kept.") { StatusCode = code, Status = status },
            429 => new ApiTooManyRequestsException($"The API server is too busy to {deed}.")
            { StatusCode = code, Status = status, RetryAfter = retryAfter },
            >= 500 => new ApiServerErrorException($"The API server failed ({(int)code}) to {deed}: {said}.")
            { StatusCode = code, Status = status, RetryAfter = retryAfter },
            _ => new ApiInvalidException($"The API server refused ({(int)code}) to {deed}: {said}.") { StatusCode = code, Status = status },
        };
    }

    private static ApiForbiddenException Forbidden(ApiRequest request, HttpStatusCode code, ApiStatus? status)
    {
        // The authorizer's refusals all say that the user "cannot VERB resource"; admission's are worded otherwise.
        var missing = status?.Message is not { } text || text.Contains($" cannot {request.Verb} ", StringComparison.Ordinal);
        var message = missing
            ? $"This account may not {request.Deed()}: grant it the verb \"{request.Verb}\" on {request.Resource}."
            : $"The API server forbids to {request.Deed()}: {Said(status, code)}.";
        return new ApiForbiddenException(message)
        {
            StatusCode = code,
            Status = status,
            Verb = request.Verb,
            Resource = request.Resource,
            Namespace = request.Namespace,
            IsMissingRight = missing,
        };
    }

    private static string Said(ApiStatus? status, HttpStatusCode code)
    {
        var text = status?.Message is { Length: > 0 } message ? message : $"status {(int)code} {code}";
        return text.TrimEnd('.').ReplaceLineEndings(" ");
    }

    private static string Place(Uri server) => server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string Reason(Exception exception)
    {
        var cause = exception;
        while (cause.InnerException is not null && cause is HttpRequestException or AuthenticationException) cause = cause.InnerException!;
        return cause.Message.TrimEnd('.').ReplaceLineEndings(" ");
    }
}
