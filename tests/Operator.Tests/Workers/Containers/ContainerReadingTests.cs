using PlaybookOperator.Core.Work;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator.Workers.Containers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers.Containers;

public sealed class ContainerReadingTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static Job Job(string? condition = "Failed", string? reason = null, bool deleted = false) => new()
    {
        Metadata = new ObjectMeta { Name = "job", DeletionTimestamp = deleted ? s_start : null },
        Status = new JobStatus { Conditions = condition is null ? [] : [new Condition { Type = condition, Status = "True", Reason = reason }] },
    };

    private static Pod Pod(string phase, ContainerState? state = null, string? reason = null, string? disruption = null, bool deleted = false) => new()
    {
        Metadata = new ObjectMeta { Name = "pod", DeletionTimestamp = deleted ? s_start : null },
        Status = new PodStatus
        {
            Phase = phase,
            Reason = reason,
            StartTime = s_start,
            Conditions = disruption is null ? [] : [new Condition { Type = "DisruptionTarget", Status = "True", Reason = disruption }],
            ContainerStatuses = state is null ? null : [new ContainerStatus { Name = "main", State = state }],
        },
    };

    private static ContainerState Exited(int code, string reason = "Error") =>
        new() { Terminated = new ContainerTerminated { ExitCode = code, Reason = reason, FinishedAt = s_start + TimeSpan.FromSeconds(5) } };

    private static ContainerState Waits(string reason, string? message = null) => new() { Waiting = new ContainerWaiting(reason, message) };

    private static ContainerState Runs { get; } = new() { Running = new ContainerRunning() };

    private static ContainerReading Read(Job job, Pod? pod, int seconds = 0) => ContainerReading.Of(job, pod, s_start + TimeSpan.FromSeconds(seconds), s_patience);

    private static (string? Kind, int? Code, string Reason) Ended(ContainerReading reading)
    {
        var end = Assert.IsType<ContainerReading.Ended>(reading).End;
        return (end.Kind, end.ExitCode, end.Reason);
    }

    [Fact]
    public void Outcomes_are_told_apart()
    {
        Assert.Equal((null, 0, "Completed"), Ended(Read(Job("Complete"), Pod("Succeeded", Exited(0, "Completed")))));
        Assert.Equal((WorkErrorKind.Exit, 3, "Error"), Ended(Read(Job(), Pod("Failed", Exited(3)))));
        Assert.Equal((WorkErrorKind.OutOfMemory, 137, "OOMKilled"), Ended(Read(Job(), Pod("Failed", Exited(137, "OOMKilled")))));
        Assert.Equal((WorkErrorKind.DeadlineExceeded, 137, "DeadlineExceeded"), Ended(Read(Job(), Pod("Failed", Exited(137), "DeadlineExceeded"))));
        Assert.Equal((WorkErrorKind.NodeLost, null, "NodeLost"), Ended(Read(Job(), Pod("Running", Runs, "NodeLost"))));
        Assert.Equal((WorkErrorKind.Exit, null, "Evicted"), Ended(Read(Job(), Pod("Failed", reason: "Evicted"))));
    }

    [Fact]
    public void Memory_that_ran_out_is_no_success_whatever_the_exit_code() =>
        Assert.Equal(WorkErrorKind.OutOfMemory, Ended(Read(Job("Complete"), Pod("Succeeded", Exited(0, "OOMKilled")))).Kind);

    [Fact]
    public void A_deadline_of_the_Job_counts_also_when_the_pod_is_gone() =>
        Assert.Equal(WorkErrorKind.DeadlineExceeded, Ended(Read(Job(reason: "DeadlineExceeded"), pod: null)).Kind);

    [Theory]
    [InlineData("DeletionByTaintManager", WorkErrorKind.NodeLost)]
    [InlineData("DeletionByPodGC", WorkErrorKind.NodeLost)]
    [InlineData("TerminationByKubelet", WorkErrorKind.NodeLost)]
    public void A_pod_that_was_removed_because_of_its_node_tells_so(string reason, string kind) =>
        Assert.Equal((kind, reason), (Ended(Read(Job(), Pod("Failed", Exited(137), disruption: reason, deleted: true))).Kind, Ended(Read(Job(), Pod("Failed", disruption: reason))).Reason));

    [Theory]
    [InlineData("Unknown")]
    public void A_pod_of_unknown_phase_has_lost_its_node(string phase) => Assert.Equal(WorkErrorKind.NodeLost, Ended(Read(Job(), Pod(phase, Runs))).Kind);

    [Fact]
    public void A_pod_or_a_job_that_somebody_deleted_is_a_lost_delivery_and_no_failure()
    {
        Assert.IsType<ContainerReading.Lost>(Read(Job(), Pod("Failed", Exited(143), deleted: true)));
        Assert.IsType<ContainerReading.Lost>(Read(Job(condition: null, deleted: true), Pod("Running", Runs)));
        Assert.IsType<ContainerReading.Lost>(Read(Job(), pod: null));
    }

    [Theory]
    [InlineData("ImagePullBackOff", WorkErrorKind.ImagePullFailed)]
    [InlineData("ErrImagePull", WorkErrorKind.ImagePullFailed)]
    [InlineData("CreateContainerConfigError", WorkErrorKind.Configuration)]
    public void A_container_that_cannot_begin_is_given_so_much_time_and_no_more(string reason, string kind)
    {
        var pod = Pod("Pending", Waits(reason, "no such thing"));
        Assert.Equal(s_start + s_patience, Assert.IsType<ContainerReading.Troubled>(Read(Job(condition: null), pod, seconds: 59)).Until);
        Assert.Equal(kind, Ended(Read(Job(condition: null), pod, seconds: 60)).Kind);
        Assert.True(ContainerReading.IsTroubled(pod));
    }

    [Theory]
    [InlineData("InvalidImageName")]
    [InlineData("ErrImageNeverPull")]
    public void Waiting_for_what_cannot_come_is_spared(string reason) =>
        Assert.Equal(WorkErrorKind.ImagePullFailed, Ended(Read(Job(condition: null), Pod("Pending", Waits(reason)))).Kind);

    [Fact]
    public void A_container_under_way_is_left_alone()
    {
        Assert.IsType<ContainerReading.Active>(Read(Job(condition: null), pod: null));
        Assert.IsType<ContainerReading.Active>(Read(Job(condition: null), Pod("Pending", Waits("ContainerCreating")), seconds: 3600));
        Assert.IsType<ContainerReading.Active>(Read(Job(condition: null), Pod("Running", Runs), seconds: 3600));
        Assert.False(ContainerReading.IsTroubled(Pod("Pending", Waits("ContainerCreating"))));
    }
}
