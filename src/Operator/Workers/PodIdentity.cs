using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

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

    public sealed record Refused(string Reason) : PodResolution;
}

/// <summary>
/// Traces a projected token to the work that its pod was made for: token → pod uid (TokenReview) → owner uid = a Job that we created and recorded.
/// Labels prove nothing; only the recorded uid counts.
/// </summary>
internal sealed class PodIdentity(ApiClient client, IEventReader reader)
{
    private const string PodNameKey = "authentication.kubernetes.io/pod-name";
    private const string PodUidKey = "authentication.kubernetes.io/pod-uid";
    private const string AccountPrefix = "system:serviceaccount:";

    public async Task<PodResolution> ResolveAsync(string token, CancellationToken cancellationToken)
    {
        var question = new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [JobManifest.TokenAudience] } };
        var answer = (await client.ReviewAsync(Resources.TokenReviews, question, cancellationToken)).Status;
        if (answer is not { Authenticated: true, User: { } user } || answer.Audiences?.Contains(JobManifest.TokenAudience) != true)
            return new PodResolution.Refused($"The token is not a valid one for the audience {JobManifest.TokenAudience}.");
        if (user.ExtraValue(PodNameKey) is not { } podName || user.ExtraValue(PodUidKey) is not { } podUid || NamespaceOf(user) is not { } @namespace)
            return new PodResolution.Refused("The token is not bound to a pod.");

        var pod = await client.GetAsync(Resources.Pods, new NamespacedName(@namespace, podName), cancellationToken);
        if (pod is null || pod.Metadata.Uid != podUid) return new PodResolution.Refused("The pod of the token is gone.");
        if (pod.Metadata.ControllerOwner() is not { Kind: "Job", Uid: { Length: > 0 } jobUid })
            return new PodResolution.Refused("The pod of the token is not a worker.");
        return await reader.FindJobAsync(jobUid, cancellationToken) is { } match
            ? new PodResolution.Known(match, podUid)
            : new PodResolution.NotYet("The Job of the pod is not known yet.");
    }

    private static string? NamespaceOf(UserIdentity user) =>
        user.Username is { } name && name.StartsWith(AccountPrefix, StringComparison.Ordinal) && name[AccountPrefix.Length..].Split(':') is [var @namespace, _]
            ? @namespace
            : null;
}
