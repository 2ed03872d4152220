using System.Net.Http.Json;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>What has failed, by signature, and how far an Execution without loops is.</summary>
[Collection(WholeOperator.Name)]
public sealed class FailuresTests : IAsyncLifetime
{
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorUnderTest.StartAsync(("Api:Auth", ApiOptions.NoAuth));

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Failures_of_a_pool_are_in_status_and_API_and_outlive_a_restart()
    {
        _operator.Playbook("book", """
            workflow:
            - step: walk
              loop: {in: '{{ range(200) }}', mode: async, workers: pool, poolSize: 1, failurePolicy: collectAll, collect: none}
              tool: {kind: transform, result: '{{ item }}'}
              case: [{when: '{{ event.name == ''call.done'' and result % 2 == 0 }}', then: {fail: 'row {{ item }} is locked by "{{ item }}"'}}]
              next: stay
            - {step: stay, tool: {kind: http, url: 'http://example.invalid/'}}
            """);
        _operator.Execution("one", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("there is a Job", () => _operator.Jobs().Count == 1);
        await WorkerPod.RunAsync(_operator, _operator.Jobs()[0], new Dictionary<string, string>());
        await OperatorUnderTest.UntilAsync("the loop has ended", () => (string?)_operator.FindExecution("one")!["status"]!["progress"]?["text"] == "200/200");
        await OperatorUnderTest.UntilAsync("the next step works", () => _operator.FindExecution("one")!["status"]!["failures"] is not null && _operator.Jobs().Count == 2);

        var status = _operator.FindExecution("one")!["status"]!;
        var failure = Assert.Single(status["failures"]!.AsArray())!;
        Assert.Equal(("Fail: row # is locked by '…'", 100), ((string)failure["signature"]!, (int)failure["count"]!));
        Assert.Matches("^row \\d+ is locked by", (string)failure["example"]!);
        Assert.Equal(100, (int)status["progress"]!["failed"]!);
        await _operator.StopOperatorAsync();
        await _operator.StartOperatorAsync();
        using var client = new HttpClient { BaseAddress = _operator.Address };
        JsonElement answer = default;
        await OperatorUnderTest.UntilAsync("it answers", async () =>
        {
            using var response = await client.GetAsync($"/api/executions/{status["executionId"]}");
            answer = response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : default;
            return answer.ValueKind == JsonValueKind.Object;
        });
        Assert.Equal(
            [("Fail: row # is locked by '…'", 100)],
            answer.GetProperty("failures").EnumerateArray().Select(one => (one.GetProperty("signature").GetString()!, one.GetProperty("count").GetInt32())));
    }

    [Fact]
    public async Task Progress_without_a_loop_counts_steps_in_status_and_lists()
    {
        _operator.Playbook("book", """
            workflow:
            - {step: a, tool: {kind: noop}, next: b}
            - {step: b, tool: {kind: transform, result: 1}, next: c}
            - {step: c, tool: {kind: http, url: 'http://example.invalid/'}}
            """);
        _operator.Execution("one", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("two of three are over", () => (string?)_operator.FindExecution("one")?["status"]?["progress"]?["text"] == "2/3");
        using var client = new HttpClient { BaseAddress = _operator.Address };
        var list = await client.GetFromJsonAsync<JsonElement>("/api/executions", TestContext.Current.CancellationToken);
        Assert.Equal("2/3", list.GetProperty("executions")[0].GetProperty("progress").GetProperty("text").GetString());
    }

    [Fact]
    public void A_status_of_the_longest_texts_stays_under_16_KiB()
    {
        var failures = Enumerable.Range(0, 10).Select(i => new ExecutionFailure { Signature = new string('語', 200), Count = i, Example = new string('語', 200) }).ToList();
        var steps = Enumerable.Range(0, StatusProjection.MaxSteps).Select(i => new ExecutionStep { Name = $"step-{i}", Phase = "Completed", Progress = "1/1" }).ToList();
        var fit = StatusSize.Fit(new ExecutionStatus { Phase = "Failed", Failures = failures, Steps = steps, Message = new string('語', 1024) });
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(fit, ResourceJson.Default.ExecutionStatus).Length, 10_000, StatusSize.MaxBytes - 1);
        Assert.Equal(50, fit.Steps!.Count);
        Assert.InRange(fit.Failures!.Count, 3, 9);
    }
}
