using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Queues;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Metrics;

public sealed class KubernetesMetricsTests
{
    [Fact]
    public async Task Requests_are_counted_by_code_and_method_from_zero()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        using var reader = new MetricReader(() => new KubernetesMetrics());
        using var client = new ApiClient(KubeConfig.Plain(server.Address), ClientFixture.QuickRetries, TimeProvider.System, reader.Metrics);
        Assert.Equal(0, reader.Read("rest_client_requests_total{code=404,method=GET}"));
        server.Next("GET /apis/tests.dev/v1/namespaces/a/widgets/one", Answers.Cut());
        await client.GetAsync(Widget.Type, new NamespacedName("a", "one"), default);
        Assert.Equal(1, reader.Read("rest_client_requests_total{code=404,method=GET}"));
        Assert.Equal(1, reader.Read("rest_client_requests_total{code=<error>,method=GET}"));
    }

    [Fact]
    public async Task A_queue_shows_depth_adds_retries_and_the_age_of_its_work()
    {
        var clock = new ManualTimeProvider();
        using var reader = new MetricReader(() => new KubernetesMetrics());
        using var queue = new WorkQueue<string>(new WorkQueueOptions { Name = "q" }, clock, reader.Metrics);
        Assert.Equal(0, reader.Read("workqueue_adds_total{name=q}"));
        Assert.Equal(0, reader.Read("workqueue_retries_total{name=q}"));
        queue.Add("a");
        queue.Add("b");
        Assert.Equal(2, reader.Read("workqueue_depth{name=q}"));
        await queue.DequeueAsync(default);
        clock.Advance(TimeSpan.FromSeconds(3));
        await queue.DequeueAsync(default);
        clock.Advance(TimeSpan.FromSeconds(2));
        queue.AddRateLimited("c");
        Assert.Equal(7, reader.Read("workqueue_unfinished_work_seconds{name=q}"));
        Assert.Equal(5, reader.Read("workqueue_longest_running_processor_seconds{name=q}"));
        queue.Done("a");
        Assert.Equal(5, reader.Read("workqueue_work_duration_seconds{name=q}"));
        Assert.Equal(3, reader.Read("workqueue_queue_duration_seconds{name=q}"));
        Assert.Equal(1, reader.Read("workqueue_retries_total{name=q}"));
    }

    [Fact]
    public void Two_queues_are_told_apart_and_a_disposed_one_is_no_longer_shown()
    {
        using var reader = new MetricReader(() => new KubernetesMetrics());
        using var one = new WorkQueue<string>(new WorkQueueOptions { Name = "one" }, TimeProvider.System, reader.Metrics);
        var two = new WorkQueue<string>(new WorkQueueOptions { Name = "two" }, TimeProvider.System, reader.Metrics);
        one.Add("a");
        two.Dispose();
        Assert.Equal(1, reader.Read("workqueue_depth{name=one}"));
        Assert.Null(reader.Read("workqueue_depth{name=two}"));
    }
}
