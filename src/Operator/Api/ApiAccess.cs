using System.Text;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Reviews;

namespace PlaybookOperator.Operator.Api;

/// <summary>
/// Who may read: the caller's Kubernetes token is reviewed, then its right on <c>executions.playbooks.dev</c> in the namespace. Tokens are remembered
/// by hash only.
/// </summary>
internal sealed class ApiAccess
{
    private const string Look = "get";
    private const int MaxRemembered = 1000;
    private const int MaxRefused = 10_000;

    /// <summary>For so long a caller whose token was valid once is no stranger when it is to be reviewed again.</summary>
    private static readonly TimeSpan s_acquaintance = TimeSpan.FromHours(1);

    private readonly ApiOptions _options;
    private readonly TokenReviews? _reviews;
    private readonly TimeSpan _fresh;
    private readonly BoundedCache<string, ApiCaller> _callers;
    private readonly BoundedCache<string, TokenAnswer> _answers;
    private readonly BoundedCache<(string Caller, string Namespace, string Verb), AccessAnswer> _rights;

    /// <param name="reviews">Null where there is no cluster; then only <see cref="ApiOptions.NoAuth"/> works.</param>
    public ApiAccess(ApiOptions options, TokenReviews? reviews, ReviewOptions limits, TimeProvider time)
    {
        _options = options;
        _reviews = reviews;
        _fresh = Lasting(options.TokenReviewSeconds);
        _callers = new(Remember("token_review", MaxRemembered, s_acquaintance), time);
        _answers = new(Remember("refused_token", MaxRefused, Lasting(limits.RefusedSeconds)), time);
        _rights = new(Remember("access_review", MaxRemembered, Lasting(options.AccessReviewSeconds)), time);
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
        if (_reviews is null || !header.StartsWith(Scheme, StringComparison.Ordinal))
            return (null, Problems.Of(StatusCodes.Status401Unauthorized, "Authorization", "A Kubernetes bearer token is required."));
        var answer = await ReviewAsync(_reviews, header[Scheme.Length..], cancellationToken);
        if (answer.Overloaded) return (null, Overloaded(context));
        return answer.Caller is { } caller
            ? (caller, null)
            : (null, Problems.Of(StatusCodes.Status401Unauthorized, "Authorization", "The token is not valid in this cluster."));
    }

    /// <summary>Null when the caller may do this to executions of the namespace; otherwise the answer to give.</summary>
    public async Task<IResult?> RefuseAsync(ApiCaller caller, string @namespace, string verb, HttpContext context)
    {
        if (caller.User is not { } user) return null;
        var answer = await AskAsync(caller, user, @namespace, verb, context.RequestAborted);
        if (answer.Overloaded) return Overloaded(context);
        return answer.Allowed
            ? null
            : Problems.Of(StatusCodes.Status403Forbidden, "Authorization", $"{user.Username} may not {verb} executions.{ResourceTypes.Group} in {@namespace}.");
    }

    /// <summary>
    /// The same for an execution that the caller named by its id. To those who may not see executions of the namespace it is as if there were none of that id.
    /// </summary>
    public async Task<IResult?> RefuseAsync(ApiCaller caller, string id, string @namespace, string verb, HttpContext context)
    {
        if (await RefuseAsync(caller, @namespace, verb, context) is not { } refusal) return null;
        if (refusal is IStatusCodeHttpResult { StatusCode: StatusCodes.Status429TooManyRequests }) return refusal;
        var mayLook = verb != Look && await RefuseAsync(caller, @namespace, Look, context) is null;
        return mayLook ? refusal : ExecutionLookup.NotFound(id);
    }

    /// <summary>Where no token is asked for, any page that the user's browser shows could else post here in the user's name.</summary>
    private static bool IsOfAnotherSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return false;
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site") return true;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static IResult Overloaded(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(StatusCodes.Status429TooManyRequests, "Authorization", "Too many tokens and rights are being reviewed; come again.");
    }

    private async Task<TokenAnswer> ReviewAsync(TokenReviews reviews, string token, CancellationToken cancellationToken)
    {
        if (!TokenReviews.IsToken(token)) return TokenAnswer.Refused;
        var key = TokenReviews.KeyOf(token);
        if (_callers.TryGet(key, _fresh, out var known)) return new TokenAnswer(known, Overloaded: false);
        var lane = _callers.TryGet(key, out _) ? ReviewLane.Caller : ReviewLane.UnknownCaller;
        // Those who come with the same token at the same time share the answer; only a refusal is remembered here.
        var answer = await _answers.GetOrAddAsync(key, (_, stop) => ReviewAsync(reviews, lane, token, stop), cancellationToken);
        if (answer.Caller is { } caller) _callers.Set(key, caller);
        if (answer.Caller is not null || answer.Overloaded) _answers.Remove(key);
        return answer;
    }

    private static async Task<TokenAnswer> ReviewAsync(TokenReviews reviews, ReviewLane lane, string token, CancellationToken cancellationToken)
    {
        var question = new TokenReview { Spec = new TokenReviewSpec { Token = token } };
        if (await reviews.AskAsync(lane, Resources.TokenReviews, question, cancellationToken) is not { } review) return new TokenAnswer(null, Overloaded: true);
        return review.Status is { Authenticated: true, User: { Username: not null } user } ? new TokenAnswer(ApiCaller.Of(user), Overloaded: false) : TokenAnswer.Refused;
    }

    private async Task<AccessAnswer> AskAsync(ApiCaller caller, UserIdentity user, string @namespace, string verb, CancellationToken cancellationToken)
    {
        var key = (caller.Key, @namespace, verb);
        var answer = await _rights.GetOrAddAsync(key, (_, stop) => AskAsync(_reviews!, user, @namespace, verb, stop), cancellationToken);
        if (answer.Overloaded) _rights.Remove(key);
        return answer;
    }

    private static async Task<AccessAnswer> AskAsync(TokenReviews reviews, UserIdentity user, string @namespace, string verb, CancellationToken cancellationToken)
    {
        var question = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = user.Username,
                Uid = user.Uid,
                Groups = user.Groups,
                Extra = user.Extra,
                ResourceAttributes = new ResourceAttributes { Group = ResourceTypes.Group, Resource = "executions", Namespace = @namespace, Verb = verb },
            },
        };
        var answer = await reviews.AskAsync(ReviewLane.Caller, Resources.SubjectAccessReviews, question, cancellationToken);
        return new AccessAnswer(answer?.Status?.Allowed == true, Overloaded: answer is null);
    }

    private static TimeSpan Lasting(int seconds) => TimeSpan.FromSeconds(Math.Max(seconds, 0.001));

    private static BoundedCacheOptions Remember(string name, int most, TimeSpan lasting) => new() { Name = name, MaxEntries = most, TimeToLive = lasting };

    private sealed record TokenAnswer(ApiCaller? Caller, bool Overloaded)
    {
        public static TokenAnswer Refused { get; } = new(null, Overloaded: false);
    }

    private sealed record AccessAnswer(bool Allowed, bool Overloaded);
}

/// <summary>A caller whose token was accepted.</summary>
/// <param name="User">Null: no tokens are asked for, and everybody may.</param>
/// <param name="Key">Equal for callers whose rights are: all that an authorizer may look at.</param>
internal sealed record ApiCaller(UserIdentity? User, string Key)
{
    public static ApiCaller Anybody { get; } = new(null, "");

    public static ApiCaller Of(UserIdentity user)
    {
        // By lengths, so that no name can be made to look like two.
        var key = new StringBuilder();
        Add(user.Username);
        Add(user.Uid);
        AddAll(user.Groups ?? []);
        foreach (var (name, values) in (user.Extra ?? new Dictionary<string, IReadOnlyList<string>>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            AddAll(values);
        }

        return new ApiCaller(user, key.ToString());

        void AddAll(IReadOnlyList<string> texts)
        {
            key.Append(texts.Count).Append('#');
            foreach (var text in texts) Add(text);
        }

        void Add(string? text) => key.Append(text?.Length ?? -1).Append(':').Append(text);
    }
}
