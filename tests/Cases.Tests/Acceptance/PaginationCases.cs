using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases A: the pages of one endpoint, followed by one step.</summary>
public sealed class PaginationCases(World world)
{
    private const string ByNumber =
        "while: '{{ response.paging.hasMore == true }}', next_call: {params: {page: '{{ (response.paging.page | int) + 1 }}'}}, collect: {strategy: append, path: data}";

    private readonly Api _api = world.Api();

    [Fact]
    public async Task A1_page_numbers_bring_every_item_once_and_in_order()
    {
        var outcome = await FetchAsync("assessments", "page: 1, pageSize: 10", $"on_success: {{{ByNumber}, max_attempts: 10}}");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.Equal(["1", "2", "3", "4"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal("""{"pages":4,"strategy":"append"}""", outcome.Text("fetch", "meta"));
        Assert.Equal("200", outcome.Text("fetch", "status"));
    }

    [Fact]
    public async Task A2_cursors_are_followed_until_there_is_none()
    {
        var outcome = await FetchAsync(
            "events", "limit: 10",
            "on_success: {while: '{{ response.next_cursor is not none }}', next_call: {params: {cursor: '{{ response.next_cursor }}'}}, collect: {path: events}}");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        var requests = await _api.RequestsAsync();
        Assert.Equal(["", "Mg==", "Mw==", "NA=="], requests.Select(request => request.Query.GetValueOrDefault("cursor", "")));
    }

    [Fact]
    public async Task A3_offsets_go_up_by_the_limit()
    {
        var outcome = await FetchAsync(
            "users", "offset: 0, limit: 10",
            "on_success: {while: '{{ response.has_more }}', next_call: {params: {offset: '{{ response.offset + response.limit }}'}}, collect: {path: users}}");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.Equal(["0", "10", "20", "30"], (await _api.RequestsAsync()).Select(request => request["offset"]));
    }

    [Theory]
    [InlineData("assessments", "page: 1, pageSize: 10", "response.paging.hasMore", "data", "page", "1,2,3,4")]
    [InlineData("users", "offset: 0, limit: 10", "response.has_more", "users", "offset", "0,10,20,30")]
    [InlineData("users", "offset: 0, limit: 20", "response.has_more", "users", "offset", "0,20")]
    public async Task A3_without_a_next_call_the_number_in_the_request_goes_up(string path, string parameters, string more, string collected, string counted, string values)
    {
        var outcome = await FetchAsync(path, parameters, $$$"""on_success: {while: '{{ {{{more}}} }}', collect: {path: {{{collected}}}}}""");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.Equal(values.Split(','), (await _api.RequestsAsync()).Select(request => request[counted]));
    }

    [Fact]
    public async Task A4_the_page_limit_ends_the_paging_and_is_no_error()
    {
        var outcome = await FetchAsync("assessments", "page: 1, pageSize: 10", $"on_success: {{max_attempts: 2, {ByNumber}}}");

        Assert.Equal(Enumerable.Range(1, 20), Ids(outcome));
        Assert.Equal(2, (await _api.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A5_a_flaky_page_is_retried_after_its_delay_and_nothing_is_lost()
    {
        var outcome = await FetchAsync(
            "flaky", "page: 1, fail_on: '2'",
            $"on_error: {{max_attempts: 3, initial_delay: 0.5, backoff_multiplier: 2.0}}, on_success: {{max_attempts: 10, {ByNumber}}}");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        var requests = await _api.RequestsAsync();
        Assert.Equal(["1", "2", "2", "3", "4"], requests.Select(request => request["page"]));
        Assert.True(requests[2].Time - requests[1].Time >= TimeSpan.FromMilliseconds(240), "The delay was under 0.5 s × 0.5.");
        Assert.Equal((1, 0), (outcome.Count("call.retry"), outcome.Count("call.error")));
        Assert.Contains("500", outcome.EventsOf("call.retry").Single().GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A6_what_the_next_call_does_not_name_stays_in_the_request()
    {
        await FetchAsync("flaky", "page: 1, fail_on: '2', keep: 'a b&c=ü'", $"on_error: {{initial_delay: 10ms}}, on_success: {{{ByNumber}}}");

        var requests = await _api.RequestsAsync();
        Assert.Equal(5, requests.Count);
        Assert.All(requests, request => Assert.Equal(("2", "a b&c=ü"), (request["fail_on"], request["keep"])));
    }

    [Fact]
    public async Task A7_a_failing_page_without_on_error_fails_the_run_and_no_page_follows()
    {
        var outcome = await RunAsync("flaky", "page: 1, fail_on: '2'", $"on_success: {{{ByNumber}}}");

        outcome.Failed("fetch", "500");
        Assert.Equal(["1", "2"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal((1, 0), (outcome.Count("call.error"), outcome.Count("call.retry")));
        Assert.Contains("500", outcome.EventsOf("call.error").Single().GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("FAILED", outcome.StepStatus("fetch"));
    }

    [Fact]
    public async Task A8_a_single_short_page_is_collected_too()
    {
        var outcome = await FetchAsync("assessments", "page: 1, pageSize: 50", $"on_success: {{{ByNumber}}}");

        Assert.Equal(Enumerable.Range(1, 35), Ids(outcome));
        Assert.Single(await _api.RequestsAsync());
        Assert.Equal("1", outcome.Text("fetch", "meta.pages"));
    }

    [Fact]
    public async Task A9_replace_keeps_the_last_page()
    {
        var outcome = await FetchAsync("assessments", "page: 1, pageSize: 10", $"on_success: {{{ByNumber.Replace("append", "replace", StringComparison.Ordinal)}}}");

        Assert.Equal(Enumerable.Range(31, 5), Ids(outcome));
        Assert.Equal(4, (await _api.RequestsAsync()).Count);
        Assert.Equal("""{"pages":4,"strategy":"replace"}""", outcome.Text("fetch", "meta"));
    }

    [Fact]
    public async Task A10_merge_lays_the_maps_of_the_pages_over_each_other()
    {
        var outcome = await FetchAsync(
            "assessments", "page: 1, pageSize: 10", $"on_success: {{{ByNumber.Replace("append, path: data", "merge, path: paging", StringComparison.Ordinal)}}}");

        Assert.Equal("""{"hasMore":false,"page":4,"pageSize":10,"total":35}""", outcome.Text("fetch", "data"));
    }

    [Theory]
    [InlineData("response.paging.no_such_field")]
    [InlineData("response.paging.no_such_field.deeper > 3")]
    [InlineData("response.data / 0")]
    public async Task A11_a_while_that_cannot_be_answered_stops_with_a_warning(string condition)
    {
        var outcome = await FetchAsync("assessments", "page: 1, pageSize: 10", $$$"""on_success: {while: '{{ {{{condition}}} }}', collect: {path: data}}""");

        Assert.Equal(Enumerable.Range(1, 10), Ids(outcome));
        Assert.Single(await _api.RequestsAsync());
    }

    [Fact]
    public async Task A12_nothing_is_unwrapped_by_guess()
    {
        var outcome = await _api.RunAsync("""
            - step: plain
              tool: {kind: http, url: $api/bad/nested}
              next: paged
            - step: paged
              tool: {kind: http, url: $api/bad/nested}
              retry: {on_success: {while: 'false', collect: {path: data, strategy: replace}}}
              next: deep
            - step: deep
              tool: {kind: http, url: $api/bad/nested}
              retry: {on_success: {while: 'false', collect: {path: data.data}}}
            """);

        outcome.Completed();
        Assert.Equal("""{"data":{"data":[1,2],"status":418},"status_code":7}""", outcome.Text("plain", "data"));
        Assert.Equal("200", outcome.Text("plain", "status_code"));
        Assert.Equal("""{"data":[1,2],"status":418}""", outcome.Text("paged", "data"));
        Assert.Equal("[1,2]", outcome.Text("deep", "data"));
    }

    [Theory]
    [InlineData("''")]
    [InlineData("'3'")]
    public async Task A13_each_page_has_its_own_sink_and_a_retried_page_writes_once(string failOn)
    {
        await using var tables = await World.TablesAsync("CREATE TABLE pages (page int, items int)");
        var outcome = await RunAsync(
            "flaky", $"page: 1, fail_on: {failOn}",
            $$$"""
            on_error: {initial_delay: 10ms}, on_success: { {{{ByNumber}}}, per_iteration: {sink: {tool: postgres, auth: DB, table: pages,
              data: {page: '{{ page }}', items: '{{ response.data | length }}'} } } }
            """, "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]", tables.Secret);

        outcome.Completed();
        Assert.Equal(["1|10", "2|10", "3|10", "4|5"], await tables.RowsAsync("SELECT page, items FROM pages ORDER BY page"));
    }

    [Fact]
    public async Task A14_heavy_pages_leave_only_what_is_collected()
    {
        var outcome = await RunAsync("heavy", "page: 1, pageSize: 5, total: 15, payload_kb: 50", $"on_success: {{{ByNumber}}}");

        outcome.Completed();
        Assert.Equal(Enumerable.Range(1, 15), Ids(outcome));
        Assert.Equal(3, (await _api.RequestsAsync()).Count);
        Assert.True(outcome.Events.Max(line => line.GetRawText().Length) < 100_000, "A page or the collected data stands in an event.");
        Assert.InRange(outcome.Result("fetch").Length, 15 * 50 * 1024, 16 * 50 * 1024);
    }

    private async Task<Outcome> FetchAsync(string path, string parameters, string retry) => (await RunAsync(path, parameters, retry)).Completed();

    private Task<Outcome> RunAsync(string path, string parameters, string retry, string spec = "", params string[] arguments) => _api.RunAsync($$"""
        - step: fetch
          tool: {kind: http, url: $api/api/v1/{{path}}, params: { {{parameters}}, run_key: $key} }
          retry: { {{retry.ReplaceLineEndings(" ")}} }
        """, spec, arguments);

    private static IEnumerable<int> Ids(Outcome outcome) => outcome.At("fetch", "data").EnumerateArray().Select(item => item.GetProperty("id").GetInt32());
}
