using PlaybookOperator.Core.Caching;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Reviews;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Who a pod's token belongs to.</summary>
internal abstract record PodResolution
{
    private PodResolution()
    {
    }

    public sealed record Known(JobRecordMatch Job, string PodUid) : PodResolution;

    /// <summary>Probably ours, but its Job is not recorded yet: ask again.</summary>
    public sealed record NotYet(string Reason) : PodResolution;

    /// <summary>Too many tokens are to be reviewed now: ask again.</summary>
    public sealed record Overloaded : PodResolution;

    public sealed record Refused(SessionRefusal Why, string Reason) : PodResolution;
}

/// <summary>Why a pod gets no session; each is counted.</summary>
internal enum SessionRefusal
{
    /// <summary>It is not the kind of token that the kubelet gives a worker.</summary>
    Malformed,

    /// <summary>The API server does not vouch for it.</summary>
    InvalidToken,

    /// <summary>It is bound to no pod, or to one that is gone.</summary>
    NoPod,

    /// <summary>The Job controller did not make the pod for a Job that exists.</summary>
    NoWorker,

    /// <summary>The pod lives in another namespace than the execution.</summary>
    OtherNamespace,
}

/// <summary>
/// Traces a projected token to the work that its pod was made for: token → pod (TokenReview) → its controller, a Job that exists under that name and uid →
/// the Job that was recorded when the operator created it → its execution, in the namespace of the pod. Labels prove nothing, and neither does an owner reference
/// by itself: whoever may create pods writes what he likes into it.
/// </summary>
internal sealed class PodIdentity(
    ApiClient client, TokenReviews reviews, Informer<Job> jobs, IEventReader reader, ReviewOptions options, TimeProvider time)
{
    /// <summary>Name of the informer's index by what the names of a Job's pods begin with.</summary>
    public const string PodPrefixIndex = "pod prefix";

    private const int MaxRemembered = 10_000;
    private const string PodNameKey = "authentication.kubernetes.io/pod-name";
    private const string PodUidKey = "authentication.kubernetes.io/pod-uid";
    private const string AccountPrefix = "system:serviceaccount:";

    private readonly BoundedCache<string, PodResolution.Refused> _refused =
        new(new BoundedCacheOptions { Name = "refused_sessions", MaxEntries = MaxRemembered, TimeToLive = TimeSpan.FromSeconds(options.RefusedSeconds) }, time);

    public async Task<PodResolution> ResolveAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is null || !TokenReviews.IsToken(token) || PodClaims.Read(token, JobManifest.TokenAudience) is not { } claims)
            return new PodResolution.Refused(SessionRefusal.Malformed, $"The token is not one of a pod for the audience {JobManifest.TokenAudience}.");
        var key = TokenReviews.KeyOf(token);
        if (_refused.TryGet(key, out var known)) return known;
        var resolution = await ReviewAsync(token, claims, cancellationToken);
        if (resolution is PodResolution.Refused refused) _refused.Set(key, refused);
        return resolution;
    }

    private async Task<PodResolution> ReviewAsync(string token, PodClaims claims, CancellationToken cancellationToken)
    {
        var question = new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [JobManifest.TokenAudience] } };
        var review = jobs.ListBy(PodPrefixIndex, claims.Prefix.ToString()) is [var claimed, ..]
            ? await reviews.AskOfPodAsync(NamespacedName.Of(claimed), question, cancellationToken)
            : await reviews.AskAsync(ReviewLane.UnknownWorker, Resources.TokenReviews, question, cancellationToken);
        if (review is null) return new PodResolution.Overloaded();
        if (review.Status is not { Authenticated: true, User: { } user } || review.Status.Audiences?.Contains(JobManifest.TokenAudience) != true)
            return new PodResolution.Refused(SessionRefusal.InvalidToken, $"The token is not a valid one for the audience {JobManifest.TokenAudience}.");
        if (user.ExtraValue(PodNameKey) is not { } podName || user.ExtraValue(PodUidKey) is not { } podUid || NamespaceOf(user) is not { } @namespace)
            return new PodResolution.Refused(SessionRefusal.NoPod, "The token is not bound to a pod.");
        var pod = await client.GetAsync(Resources.Pods, new NamespacedName(@namespace, podName), cancellationToken);
        if (pod is null || pod.Metadata.Uid != podUid) return new PodResolution.Refused(SessionRefusal.NoPod, "The pod of the token is gone.");
        return await FindWorkAsync(pod, @namespace, cancellationToken);
    }

    private async Task<PodResolution> FindWorkAsync(Pod pod, string @namespace, CancellationToken cancellationToken)
    {
        var controllers = pod.Metadata.OwnerReferences?.Where(owner => owner.Controller == true).ToList() ?? [];
        if (controllers is not [{ ApiVersion: "batch/v1", Kind: "Job", Uid.Length: > 0 } owner] || !await ExistsAsync(new(@namespace, owner.Name), owner.Uid, cancellationToken))
            return new PodResolution.Refused(SessionRefusal.NoWorker, "The pod of the token is not one of a Job that exists in its namespace.");
        if (await reader.FindJobAsync(owner.Uid, cancellationToken) is not { } match) return new PodResolution.NotYet("The Job of the pod is not known yet.");
        var execution = await reader.ReadHeaderAsync(match.Execution, cancellationToken);
        return execution?.Namespace == @namespace
            ? new PodResolution.Known(match, pod.Metadata.Uid!)
            : new PodResolution.Refused(SessionRefusal.OtherNamespace, "The pod of the token is not in the namespace of its execution.");
    }

    private async Task<bool> ExistsAsync(NamespacedName name, string uid, CancellationToken cancellationToken)
    {
        if (jobs.TryGet(name, out var seen) && seen.Metadata.Uid == uid) return true;
        // The watch may be late.
        return (await client.GetAsync(Resources.Jobs, name, cancellationToken))?.Metadata.Uid == uid;
    }

    private static string? NamespaceOf(UserIdentity user) =>
        user.Username is { } name && name.StartsWith(AccountPrefix, StringComparison.Ordinal) && name[AccountPrefix.Length..].Split(':') is [var @namespace, _]
            ? @namespace
            : null;
}
