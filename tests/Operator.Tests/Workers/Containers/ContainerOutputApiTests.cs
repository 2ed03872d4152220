using System.Globalization;
using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers.Containers;

/// <summary>A worker beside a container with secrets asks for an output that cannot be read.</summary>
[Collection(WholeOperator.Name)]
public sealed class ContainerOutputApiTests
{
    private const string Book = """
        secrets: [{name: TOKEN, secretKeyRef: {name: t, key: t}}]
        workflow: [{step: box, tool: {kind: container, image: box, env: {T: "{{ secret.TOKEN }}"}}}]
        """;

    private readonly Dictionary<string, string> _secrets = new() { ["TOKEN"] = "s3cret-of-the-box" };

    [Fact]
    public async Task An_output_that_cannot_be_read_now_is_asked_for_again()
    {
        await using var started = await OperatorUnderTest.StartAsync();
        var printed = await EndAsync(started, finishedAt: TimeProvider.System.GetUtcNow(), failures: 20);

        Assert.Contains("trying again", printed, StringComparison.Ordinal);
        Assert.Contains("Masked and reported", printed, StringComparison.Ordinal);
        await started.FinishedAsync("run");
        Assert.Equal(1, await started.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'call.done' AND result::text LIKE '%it is ***%'"));
    }

    [Fact]
    public async Task An_output_that_cannot_be_read_for_long_is_given_up()
    {
        await using var started = await OperatorUnderTest.StartAsync(("Containers:LogSeconds", "1"));
        var printed = await EndAsync(started, finishedAt: TimeProvider.System.GetUtcNow().AddMinutes(-5), failures: int.MaxValue);

        Assert.Contains("There is nothing to do", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("refused a call", printed, StringComparison.Ordinal);
    }

    /// <summary>Runs the worker beside a container that has ended, and returns what the worker printed.</summary>
    private async Task<string> EndAsync(OperatorUnderTest started, DateTimeOffset finishedAt, int failures)
    {
        started.Playbook("book", Book);
        started.Execution("run", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("there is a Job", () => started.Jobs().Count == 1);
        return await WorkerPod.RunAsync(started, started.Jobs()[0], _secrets, pod =>
        {
            started.Cluster.Print(pod, $"it is {_secrets["TOKEN"]}\n");
            started.Cluster.LoseLog(pod, failures);
            started.Cluster.SetStatus(pod, JsonNode.Parse($$$$"""
                {"phase": "Running", "startTime": "2026-01-01T00:00:00Z", "containerStatuses": [
                  {"name": "mask", "state": {"running": {"startedAt": "2026-01-01T00:00:01Z"}}},
                  {"name": "main", "state": {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": "{{{{finishedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}}}}"}}}]}
                """)!.AsObject());
        });
    }
}
