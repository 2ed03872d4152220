using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Pages of one endpoint, followed by one step.</summary>
public sealed class PaginationTests(SampleFixture sample)
{
    private const string ByNumber = "while: '{{ response.paging.hasMore }}', next_call: {params: {page: '{{ response.paging.page + 1 }}'}}, collect: {path: data}";

    [Fact]
    public async Task A1_page_numbers_give_all_items_once_in_order()
    {
        var (outcome, requests) = await RunAsync("assessments", "page: 1, pageSize: 10", $"on_success: {{{ByNumber}}}");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(4, requests.Count);
        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
    }

    [Fact]
    public async Task A2_cursors_are_followed_to_the_end()
    {
        var (outcome, requests) = await RunAsync(
            "events", "limit: 10", "on_success: {while: '{{ response.next_cursor }}', next_call: {params: {cursor: '{{ response.next_cursor }}'}}, collect: {path: events}}");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal((4, 35), (requests.Count, outcome.Result("fetch").GetProperty("data").GetArrayLength()));
    }

    [Fact]
    public async Task A3_offsets_go_up_by_the_limit()
    {
        var (outcome, requests) = await RunAsync(
            "users", "offset: 0, limit: 10",
            "on_success: {while: '{{ response.has_more }}', next_call: {params: {offset: '{{ response.offset + response.limit }}'}}, collect: {path: users}}");
        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.Equal([0, 10, 20, 30], requests.Select(OffsetOf));
    }

    [Fact]
    public async Task A4_the_page_limit_ends_the_paging_without_an_error()
    {
        var (outcome, requests) = await RunAsync("assessments", "page: 1, pageSize: 10", $"on_success: {{max_attempts: 2, {ByNumber}}}");
        Assert.Equal((0, "COMPLETED", 2), (outcome.ExitCode, outcome.Status, requests.Count));
        Assert.Equal(Enumerable.Range(1, 20), Ids(outcome));
    }

    [Fact]
    public async Task A5_a_flaky_page_is_asked_again_and_nothing_is_lost()
    {
        var (outcome, requests) = await RunAsync(
            "flaky", "page: 1, fail_on: '2'", $"on_error: {{max_attempts: 3, initial_delay: 20ms}}, on_success: {{{ByNumber}}}");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal((5, 1), (requests.Count, outcome.Events("call.retry")));
        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.All(requests, request => Assert.Contains("fail_on=2", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A7_a_failing_page_without_on_error_fails_the_run_and_no_page_follows()
    {
        var (outcome, requests) = await RunAsync("flaky", "page: 1, fail_on: '2'", $"on_success: {{{ByNumber}}}", "loop: {in: [1], mode: sequential}");
        Assert.Equal((1, "FAILED"), (outcome.ExitCode, outcome.Status));
        Assert.Equal(2, requests.Count);
        Assert.Contains("500", outcome.Error, StringComparison.Ordinal);
    }

    private async Task<(CommandOutcome Outcome, IReadOnlyList<string> Requests)> RunAsync(string path, string parameters, string retry, string loop = "")
    {
        var run = new SampleRun(sample.Url);
        using var folder = new PlaybookFolder();
        var file = folder.Playbook($"""
            - step: fetch
              {loop}
              tool: {"{"}kind: http, url: '{sample.Url}/api/v1/{path}', params: {"{"}{parameters}, run_key: '{run.Key}'{"}"}{"}"}
              retry: {"{"}{retry}{"}"}
            """);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
        return (outcome, await run.RequestsAsync());
    }

    private static int[] Ids(CommandOutcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return [.. outcome.Result("fetch").GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetInt32())];
    }

    private static int OffsetOf(string request)
    {
        var query = request[(request.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&');
        return int.Parse(query.Single(pair => pair.StartsWith("offset=", StringComparison.Ordinal))["offset=".Length..]);
    }
}
