using System.Security.Cryptography;
using System.Text;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// Who may read: the caller's Kubernetes token is reviewed, then its right on <c>executions.playbooks.dev</c> in the namespace. Tokens are remembered
/// by hash only.
/// </summary>
internal sealed class ApiAccess
{
    private const int MaxRemembered = 1000;
    private readonly ApiOptions _options;
    private readonly ApiClient? _client;
    private readonly BoundedCache<string, UserIdentity> _users;
    private readonly BoundedCache<(string User, string Namespace, string Verb), AccessAnswer> _rights;

    /// <param name="client">Null where there is no cluster; then only <see cref="ApiOptions.NoAuth"/> works.</param>
    public ApiAccess(ApiOptions options, ApiClient? client, TimeProvider time)
    {
        _options = options;
        _client = client;
        _users = new(Remember("token_review", options.TokenReviewSeconds), time);
        _rights = new(Remember("access_review", options.AccessReviewSeconds), time);
    }

    /// <summary>
    /// Who calls, before anything is looked up: a caller without a valid token learns nothing, not even which executions there are.
    /// </summary>
    public async Task<(ApiCaller? Caller, IResult? Refusal)> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (_options.Auth == ApiOptions.NoAuth)
        {
            return IsOfAnotherSite(context.Request)
                ? (null, Problems.Of(StatusCodes.Status403Forbidden, "Origin", "A page of another site may not steer an operator that asks for no token."))
                : (ApiCaller.Anybody, null);
        }

        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (_client is null || !header.StartsWith(Scheme, StringComparison.Ordinal))
            return (null, Problems.Of(StatusCodes.Status401Unauthorized, "Authorization", "A Kubernetes bearer token is required."));
        return await ReviewAsync(header[Scheme.Length..], cancellationToken) is { Username: not null } user
            ? (new ApiCaller(user), null)
            : (null, Problems.Of(StatusCodes.Status401Unauthorized, "Authorization", "The token is not valid in this cluster."));
    }

    /// <summary>Null when the caller may do this to executions of the namespace; otherwise the answer to give.</summary>
    public async Task<IResult?> RefuseAsync(ApiCaller caller, string @namespace, string verb, CancellationToken cancellationToken)
    {
        if (caller.User is not { } user) return null;
        var key = (user.Username!, @namespace, verb);
        var answer = await _rights.GetOrAddAsync(key, (_, token) => AskAsync(user, @namespace, verb, token), cancellationToken);
        return answer.Allowed
            ? null
            : Problems.Of(StatusCodes.Status403Forbidden, "Authorization", $"{user.Username} may not {verb} executions.{ResourceTypes.Group} in {@namespace}.");
    }

    /// <summary>Where no token is asked for, any page that the user's browser shows could else post here in the user's name.</summary>
    private static bool IsOfAnotherSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return false;
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site") return true;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private async Task<UserIdentity?> ReviewAsync(string token, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_users.TryGet(key, out var known)) return known;
        var answer = await _client!.ReviewAsync(
            Resources.TokenReviews, new TokenReview { Spec = new TokenReviewSpec { Token = token } }, cancellationToken);
        if (answer.Status is not { Authenticated: true, User: { } user }) return null;
        _users.Set(key, user);
        return user;
    }

    private async Task<AccessAnswer> AskAsync(UserIdentity user, string @namespace, string verb, CancellationToken cancellationToken)
    {
        var question = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = user.Username,
                Groups = user.Groups,
                ResourceAttributes = new ResourceAttributes { Group = ResourceTypes.Group, Resource = "executions", Namespace = @namespace, Verb = verb },
            },
        };
        var answer = await _client!.ReviewAsync(Resources.SubjectAccessReviews, question, cancellationToken);
        return new AccessAnswer(answer.Status?.Allowed == true);
    }

    private static BoundedCacheOptions Remember(string name, int seconds) =>
        new() { Name = name, MaxEntries = MaxRemembered, TimeToLive = TimeSpan.FromSeconds(Math.Max(seconds, 0.001)) };

    private sealed record AccessAnswer(bool Allowed);
}

/// <summary>A caller whose token was accepted.</summary>
/// <param name="User">Null: no tokens are asked for, and everybody may.</param>
internal sealed record ApiCaller(UserIdentity? User)
{
    public static ApiCaller Anybody { get; } = new((UserIdentity?)null);
}
