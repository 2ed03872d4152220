using PlaybookOperator.Core.Work;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Tools.Container;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>What the recorded status of a container's Job and pod says.</summary>
internal abstract record ContainerReading
{
    private ContainerReading()
    {
    }

    /// <summary>It is under way, or Kubernetes will say more by itself.</summary>
    public sealed record Active : ContainerReading;

    /// <summary>Something is wrong that may still come right until then.</summary>
    public sealed record Troubled(DateTimeOffset Until) : ContainerReading;

    /// <summary>It was removed without a word on how it fared: the delivery is lost.</summary>
    public sealed record Lost : ContainerReading;

    public sealed record Ended(ContainerEnd End) : ContainerReading;

    private static readonly string[] s_pull =
        ["ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "ImageInspectError", "InvalidImageName", "RegistryUnavailable", "SignatureValidationFailed"];

    /// <summary>Reasons for which waiting is of no use.</summary>
    private static readonly string[] s_hopeless = ["InvalidImageName", "ErrImageNeverPull"];

    private static readonly string[] s_setup = ["CreateContainerConfigError", "CreateContainerError"];

    private static readonly string[] s_nodeGone = ["NodeLost", "NodeShutdown", "Terminated", "NodeAffinity", "Shutdown"];

    /// <summary>Reads the status. Pure.</summary>
    /// <param name="job">The Job as seen last.</param>
    /// <param name="pod">Its pod as recorded last, whether it is still there or not; null when none was ever seen.</param>
    /// <param name="now">The operator's clock.</param>
    /// <param name="patience">For images that are not pulled and containers that are not set up.</param>
    public static ContainerReading Of(Job job, Pod? pod, DateTimeOffset now, TimeSpan patience)
    {
        var terminated = Container(pod)?.State?.Terminated;
        if (Trouble(pod, now, patience) is { } trouble) return trouble;
        if (!job.IsFinished) return job.Metadata.DeletionTimestamp is null ? new Active() : new Lost();
        if (IsOverTime(job, pod)) return Finish(WorkErrorKind.DeadlineExceeded, "DeadlineExceeded", OverTime(pod), pod);
        if (terminated is not null && OwnEnd(terminated, pod) is { } own) return own;
        if (LostNode(pod) is { } reason) return Finish(WorkErrorKind.NodeLost, reason, $"The node of the container was lost{Words(pod)}.", pod);
        // Deleted by somebody, or drained: nothing of this is the container's doing.
        if (pod?.Metadata.DeletionTimestamp is not null) return new Lost();
        if (terminated is not null) return Exit(terminated, pod);
        return pod?.Status is { Phase: "Failed", Reason: { } why }
            ? Finish(WorkErrorKind.Exit, why, $"The pod failed with {why}{Words(pod)}.", pod)
            : new Lost();
    }

    /// <summary>When the container ended; <paramref name="absent"/> when that is not told.</summary>
    public static DateTimeOffset FinishedAt(Pod pod, DateTimeOffset absent) => Container(pod)?.State?.Terminated?.FinishedAt ?? absent;

    /// <summary>
    /// How the container ended whose pod goes on, for a worker is beside it. Null: it has not ended, or by no doing of its own, which is told when its
    /// Job is over. Pure.
    /// </summary>
    public static ContainerEnd? OfContainer(Pod pod)
    {
        if (Container(pod)?.State?.Terminated is not { } terminated || pod.Status?.Reason == "DeadlineExceeded") return null;
        if (OwnEnd(terminated, pod) is { } own) return own.End;
        return LostNode(pod) is null && pod.Metadata.DeletionTimestamp is null ? Exit(terminated, pod).End : null;
    }

    /// <summary>Whether the container itself has ended, however that came about.</summary>
    public static bool HasEnded(Pod pod) => IsOver(pod) || Container(pod)?.State?.Terminated is not null;

    /// <summary>The same pod without what the container itself wrote into its status: it may know secrets.</summary>
    public static Pod WithoutWords(Pod pod) => Container(pod)?.State?.Terminated is not { Reason: "Error" or "Completed" or "OOMKilled" or null } terminated
        ? pod
        : pod with
        {
            Status = pod.Status! with
            {
                ContainerStatuses = [.. pod.Status!.ContainerStatuses!.Select(container => container.Name == ContainerManifest.ContainerName
                    ? container with { State = new ContainerState { Terminated = terminated with { Message = null } } }
                    : container)],
            },
        };

    /// <summary>Whether the status of a pod can no longer change.</summary>
    public static bool IsOver(Pod? pod) => pod?.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>Whether a change of this pod matters before its Job has ended.</summary>
    public static bool IsTroubled(Pod pod) => Container(pod)?.State?.Waiting?.Reason is { } reason && (s_pull.Contains(reason) || s_setup.Contains(reason));

    /// <summary>Ends that nothing from outside can have made.</summary>
    private static Ended? OwnEnd(ContainerTerminated terminated, Pod? pod)
    {
        // Some children of a container are killed without it: then it may even exit with 0.
        if (terminated.Reason == "OOMKilled") return Finish(WorkErrorKind.OutOfMemory, "OOMKilled", "The container was killed because it went over its memory limit.", pod);
        return terminated.ExitCode == 0 ? Finish(null, terminated.Reason ?? "Completed", "", pod) : null;
    }

    private static Ended Exit(ContainerTerminated terminated, Pod? pod) =>
        Finish(WorkErrorKind.Exit, terminated.Reason ?? "Error", $"The container exited with {terminated.ExitCode}{Words(terminated.Message)}.", pod);

    private static ContainerReading? Trouble(Pod? pod, DateTimeOffset now, TimeSpan patience)
    {
        if (pod is null || IsOver(pod) || Container(pod)?.State?.Waiting is not { Reason: { } reason } waiting) return null;
        var isPull = s_pull.Contains(reason);
        if (!isPull && !s_setup.Contains(reason)) return null;
        var until = (pod.Status?.StartTime ?? pod.Metadata.CreationTimestamp ?? now) + patience;
        if (now < until && !s_hopeless.Contains(reason)) return new Troubled(until);
        return isPull
            ? Finish(WorkErrorKind.ImagePullFailed, reason, $"The image was not pulled: {reason}{Words(waiting.Message)}.", pod)
            : Finish(WorkErrorKind.Configuration, reason, $"The container cannot be set up: {reason}{Words(waiting.Message)}.", pod);
    }

    private static bool IsOverTime(Job job, Pod? pod) =>
        pod?.Status?.Reason == "DeadlineExceeded"
        || job.Status?.Conditions?.Any(condition => condition is { Type: "Failed", IsTrue: true, Reason: "DeadlineExceeded" }) == true;

    private static string OverTime(Pod? pod) => Container(pod)?.State is { Running: not null } or { Terminated: not null }
        ? "The container ran longer than its timeout."
        : $"The container did not run within its timeout{Words(pod)}.";

    /// <summary>Kubernetes' reason when a pod went with its node; null when it did not.</summary>
    private static string? LostNode(Pod? pod)
    {
        if (pod?.Status is not { } status) return null;
        if (status.Phase == "Unknown") return "NodeLost";
        if (status.Reason is { } reason && s_nodeGone.Contains(reason)) return reason;
        return status.Conditions?.FirstOrDefault(condition => condition is { Type: "DisruptionTarget", IsTrue: true, Reason: "DeletionByTaintManager" or "DeletionByPodGC" or "TerminationByKubelet" })?.Reason;
    }

    private static Ended Finish(string? kind, string reason, string message, Pod? pod) => new(new ContainerEnd(kind, reason, message)
    {
        ExitCode = Container(pod)?.State?.Terminated?.ExitCode,
        Elapsed = pod?.Status?.StartTime is { } start && Container(pod)?.State?.Terminated?.FinishedAt is { } finish && finish > start ? finish - start : TimeSpan.Zero,
    });

    private static ContainerStatus? Container(Pod? pod) =>
        pod?.Status?.ContainerStatuses?.FirstOrDefault(container => container.Name == ContainerManifest.ContainerName);

    private static string Words(Pod? pod) => Words(pod?.Status?.Message);

    private static string Words(string? message)
    {
        const int most = 500;
        var text = message?.ReplaceLineEndings(" ").Trim().TrimEnd('.') ?? "";
        return text.Length == 0 ? "" : $": {(text.Length <= most ? text : text[..most])}";
    }
}
