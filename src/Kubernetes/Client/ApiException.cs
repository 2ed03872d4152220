using System.Net;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// A request to the API server failed. The message is one sentence that stands alone: what was tried, what went wrong, and where
/// known what to do.
/// </summary>
public abstract class ApiException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Null when no answer came.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The server's own words; null when there are none.</summary>
    public ApiStatus? Status { get; init; }

    /// <summary>How long the server asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call may succeed later with nothing changed by us.</summary>
    public abstract bool IsTransient { get; }
}

/// <summary>
/// 401, or no credential could be had: the token or certificate is missing, expired or unknown to the server, and renewing it did
/// not help.
/// </summary>
public sealed class ApiUnauthorizedException(string message, Exception? inner = null) : ApiException(message, inner)
{
    public override bool IsTransient => false;
}

/// <summary>403: an access rule is missing, or the server refuses for a reason of its own (quota, admission, a dying namespace).</summary>
public sealed class ApiForbiddenException(string message) : ApiException(message)
{
    /// <summary>Such as <c>create</c>.</summary>
    public required string Verb { get; init; }

    /// <summary><c>plural.group</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>Empty for all namespaces and for cluster-scoped kinds.</summary>
    public required string Namespace { get; init; }

    /// <summary>True when no access rule grants the verb; false when the right is there but the server refuses this object.</summary>
    public required bool IsMissingRight { get; init; }

    /// <summary>True when nothing can be created any more because the namespace is being deleted.</summary>
    public bool IsNamespaceTerminating => Status?.Details?.Causes?.Any(cause => cause.Reason == "NamespaceTerminating") == true;

    public override bool IsTransient => false;
}

/// <summary>404 where an object, a kind or a namespace had to be there.</summary>
public sealed class ApiNotFoundException(string message) : ApiException(message)
{
    public override bool IsTransient => false;
}

/// <summary>409: the object is not the one that the caller thought of.</summary>
public sealed class ApiConflictException(string message) : ApiException(message)
{
    public override bool IsTransient => false;
}

/// <summary>410: the version or the page asked for is no longer kept; list anew.</summary>
public sealed class ApiGoneException(string message) : ApiException(message)
{
    public override bool IsTransient => false;
}

/// <summary>400, 405, 413, 415, 422 and the like: the server will never accept this request.</summary>
public sealed class ApiInvalidException(string message) : ApiException(message)
{
    /// <summary>What is wrong, field by field; empty when the server does not say.</summary>
    public IReadOnlyList<ApiStatusCause> Causes => Status?.Details?.Causes ?? [];

    public override bool IsTransient => false;
}

/// <summary>429: the server asks for patience, and the budget for retries is spent.</summary>
public sealed class ApiTooManyRequestsException(string message) : ApiException(message)
{
    public override bool IsTransient => true;
}

/// <summary>5xx: the server answered, but could not serve.</summary>
public sealed class ApiServerErrorException(string message) : ApiException(message)
{
    public override bool IsTransient => true;
}

/// <summary>No answer: the name does not resolve, the connection was refused or cut, or the time ran out.</summary>
public sealed class ApiUnreachableException(string message, Exception? inner = null) : ApiException(message, inner)
{
    public override bool IsTransient => true;
}

/// <summary>The server's certificate is not one that we may trust, or the server does not accept ours.</summary>
public sealed class ApiCertificateException(string message, Exception? inner = null) : ApiException(message, inner)
{
    public override bool IsTransient => false;
}

/// <summary>The answer is too large or is not what the API promises.</summary>
public sealed class ApiResponseException(string message, Exception? inner = null) : ApiException(message, inner)
{
    /// <summary>Whether it was the size: a shorter page of a list may fit.</summary>
    public bool IsTooLarge { get; init; }

    public override bool IsTransient => false;
}
