using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>
/// Tells the log how containers ended. A user's image cannot report, so the operator reads what Kubernetes recorded of it and takes it in like any
/// report, before anything is decided on its Job: a container that is seen finished has its report in the log, or was lost.
/// </summary>
/// <remarks>Killed anywhere in between, the next leader reads the same status and makes the same report, of which the log takes the first.</remarks>
internal sealed class ContainerOutcomes(
    Informer<Job> jobs, ContainerPods pods, ContainerLogs logs, ContainerAssignments assignments, KubernetesWorkers workers, ReportQueue reports,
    ApiClient client, ContainerOptions options, TimeProvider time)
{
    private const int ReadParallelism = 16;
    private static readonly TimeSpan s_logPause = TimeSpan.FromSeconds(2);

    public async ValueTask<Settlement> SettleAsync(WorkOrder order, IReadOnlyDictionary<Delivery, JobPhase> observed, CancellationToken cancellationToken)
    {
        var open = Open(order, observed);
        if (open.Count == 0) return Settlement.Nothing;
        var known = new Dictionary<Delivery, Job>();
        foreach (var job in jobs.ListBy(KubernetesWorkers.ExecutionIndex, order.Execution.Id.ToString()))
            if (WorkerLabels.Read(job.Metadata) is { } found && job.Metadata.Namespace == order.Execution.Namespace) known[found.Delivery] = job;
        var settled = new ConcurrentBag<(Delivery Delivery, Step Step)>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ReadParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(open.Where(known.ContainsKey), parallel, async (delivery, token) =>
            settled.Add((delivery, await SettleAsync(order, delivery, known[delivery], token))));
        return new Settlement
        {
            Reported = settled.Any(one => one.Step.Reported),
            Unsettled = settled.Where(one => one.Step.WakeAt is not null).Select(one => one.Delivery).ToHashSet(),
            WakeAt = settled.Min(one => one.Step.WakeAt),
        };
    }

    /// <summary>Containers that are open in the log and have a Job.</summary>
    private static List<Delivery> Open(WorkOrder order, IReadOnlyDictionary<Delivery, JobPhase> observed)
    {
        var runs = order.State.Steps.Values.Where(run => order.Plan.ByName[run.Step].Task is { RunsAsContainer: true }).Select(run => run.RunId).ToHashSet();
        return runs.Count == 0 ? [] : [.. order.State.Open.Values
            .Where(work => work.NextAt is null && runs.Contains(work.Key.RunId))
            .Select(work => new Delivery(work.Key, work.Fence))
            .Where(observed.ContainsKey)];
    }

    private async Task<Step> SettleAsync(WorkOrder order, Delivery delivery, Job job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var pod = pods.Of(job.Metadata.Uid!);
        // The watch over pods may be behind the one over Jobs.
        if (job.IsFinished && !ContainerReading.IsOver(pod)) pod = await FindPodAsync(job, cancellationToken) ?? pod;
        var run = order.State.Steps.Values.First(step => step.RunId == delivery.Key.RunId);
        // What a container that may know secrets printed is for the worker beside it. When that has not reported, nobody can say what may be shown.
        var isSecretive = job.Metadata.Label(WorkerLabels.Masked) == "true" || !ContainerEnvironment.Split(order.Plan.ByName[run.Step].Task!).Secrets.IsEmpty;
        if (isSecretive && pod is not null) pod = ContainerReading.WithoutWords(pod);
        switch (ContainerReading.Of(job, pod, now, TimeSpan.FromSeconds(options.ImagePullSeconds)))
        {
            case ContainerReading.Troubled troubled:
                return new Step(Reported: false, troubled.Until);
            case ContainerReading.Ended { End: var end }:
                var (log, wait) = end.ExitCode is null || isSecretive ? (null, false) : await ReadLogAsync(pod!, now, cancellationToken);
                if (wait) return new Step(Reported: false, now + s_logPause);
                var work = await assignments.ReadAsync(new ExecutionView(order.Execution, order.State, order.Plan), delivery, cancellationToken);
                var report = await assignments.Calls.ReportAsync(work.Assignment, work.Task, end with { Log = log }, cancellationToken);
                await reports.EnqueueAsync(order.Execution.Id, [report], cancellationToken);
                // An image that cannot be pulled now may be pulled later, when nobody waits for it any more.
                if (!job.IsFinished) await workers.StopAsync(order.Execution, [delivery], cancellationToken);
                return new Step(Reported: true, WakeAt: null);
            default:
                return new Step(Reported: false, WakeAt: null);
        }
    }

    private async Task<Pod?> FindPodAsync(Job job, CancellationToken cancellationToken)
    {
        var selection = new ListOptions { Namespace = job.Metadata.Namespace, LabelSelector = $"job-name={job.Metadata.Name}" };
        await foreach (var page in client.ListAsync(Resources.Pods, selection, cancellationToken))
            if (page.Items.FirstOrDefault(pod => ContainerPods.JobOf(pod) == job.Metadata.Uid) is { } found) return found;
        return null;
    }

    /// <summary>A node that does not answer now may answer soon; it is not waited for for ever.</summary>
    private async Task<(string? Log, bool Wait)> ReadLogAsync(Pod pod, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return ((await logs.ReadAsync(NamespacedName.Of(pod), cancellationToken))?.Text, false);
        }
        catch (ApiException failure) when (failure is ApiServerErrorException or ApiInvalidException)
        {
            return (null, now < ContainerReading.FinishedAt(pod, now) + TimeSpan.FromSeconds(options.LogSeconds));
        }
    }

    private readonly record struct Step(bool Reported, DateTimeOffset? WakeAt);
}
