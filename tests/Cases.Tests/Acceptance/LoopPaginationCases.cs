using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases B: a loop over endpoints, each of which has pages.</summary>
public sealed class LoopPaginationCases(World world)
{
    private const string Table =
        "CREATE TABLE results (execution_id bigint, endpoint text, path text, page_size int, items int, index int, count int)";

    private const string Database = "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]";

    private readonly Api _api = world.Api();

    [Fact]
    public async Task B1_the_scenario_reads_seven_pages_and_tells_all_about_its_loop()
    {
        await using var tables = await World.TablesAsync(Table);
        var outcome = await ScenarioAsync(tables, "[{name: assessments, path: /api/v1/assessments, page_size: 10}, {name: users, path: /api/v1/users, page_size: 15}]");

        Assert.Equal(
            ["/api/v1/assessments 1 10", "/api/v1/assessments 2 10", "/api/v1/assessments 3 10", "/api/v1/assessments 4 10", "/api/v1/users 1 15", "/api/v1/users 2 15", "/api/v1/users 3 15"],
            (await _api.RequestsAsync()).Select(request => $"{request.Path} {request["page"]} {request["pageSize"]}"));
        Assert.Equal(
            [$"{outcome.ExecutionId}|assessments|/api/v1/assessments|10|35|0|2", $"{outcome.ExecutionId}|users|/api/v1/users|15|35|1|2"],
            await tables.RowsAsync("SELECT * FROM results ORDER BY index"));
        var started = Assert.Single(outcome.EventsOf("iterator.started"));
        Assert.Equal("RUNNING", started.GetProperty("status").GetString());
        var context = started.GetProperty("context");
        Assert.Equal(
            (2, 2, "sequential", "endpoint", 2),
            (context.GetProperty("total_count").GetInt32(), context.GetProperty("collection_size").GetInt32(), context.GetProperty("mode").GetString(),
                context.GetProperty("iterator_name").GetString(), context.GetProperty("collection").GetArrayLength()));
        Assert.Equal("users", context.GetProperty("collection")[1].GetProperty("name").GetString());
        var nested = context.GetProperty("nested_task");
        Assert.Equal("http", nested.GetProperty("tool").GetString());
        var pages = nested.GetProperty("retry").GetProperty("on_success");
        Assert.Equal(10, pages.GetProperty("max_attempts").GetInt32());
        Assert.Equal(("append", "data"), (pages.GetProperty("collect").GetProperty("strategy").GetString(), pages.GetProperty("collect").GetProperty("path").GetString()));
        Assert.Equal((2, 1, 0), (outcome.Count("iteration.completed"), outcome.Count("iterator.completed"), outcome.Count("call.retry")));
        Assert.Equal(70, ItemsOf(outcome).Sum());
    }

    [Fact]
    public async Task B2_three_page_sizes_take_nine_requests_for_105_items_and_three_rows()
    {
        await using var tables = await World.TablesAsync(Table);
        var outcome = await ScenarioAsync(tables, """
            [{name: a, path: /api/v1/assessments, page_size: 10}, {name: b, path: /api/v1/assessments, page_size: 15}, {name: c, path: /api/v1/assessments, page_size: 20}]
            """);

        Assert.Equal(9, (await _api.RequestsAsync()).Count);
        Assert.Equal([35, 35, 35], ItemsOf(outcome));
        Assert.Equal(["a|35|0|3", "b|35|1|3", "c|35|2|3"], await tables.RowsAsync("SELECT endpoint, items, index, count FROM results ORDER BY index"));
    }

    [Fact]
    public async Task B3_pages_of_30_take_two_requests_an_endpoint()
    {
        await using var tables = await World.TablesAsync(Table);
        var outcome = await ScenarioAsync(tables, "[{name: a, path: /api/v1/assessments, page_size: 30}, {name: u, path: /api/v1/users, page_size: 30}]");

        Assert.Equal(["1", "2", "1", "2"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal([35, 35], ItemsOf(outcome));
    }

    [Fact]
    public async Task B4_async_iterations_give_the_same_totals_in_the_order_of_their_indexes()
    {
        await using var tables = await World.TablesAsync(Table);
        var endpoints = string.Join(", ", Enumerable.Range(1, 8).Select(number => $"{{name: e{number}, path: /api/v1/assessments, page_size: {number * 5}}}"));
        var outcome = await ScenarioAsync(tables, $"[{endpoints}]", "mode: async, maxParallel: 4");

        Assert.Equal(7 + 4 + 3 + 2 + 2 + 2 + 1 + 1, (await _api.RequestsAsync()).Count);
        Assert.Equal(Enumerable.Repeat(35, 8), ItemsOf(outcome));
        Assert.Equal([7, 4, 3, 2, 2, 2, 1, 1], outcome.At("fetch", "results").EnumerateArray().Select(result => result.GetProperty("meta").GetProperty("pages").GetInt32()));
        Assert.Equal(8, await tables.CountAsync("results"));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(5, 1)]
    public async Task B5_chunks_are_calls_over_lists_of_elements(int chunk, int calls)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: fetch
              loop:
                in: [{path: assessments, page_size: 10}, {path: users, page_size: 15}]
                iterator: endpoint
                mode: chunked
                chunk: {{{chunk}}}
              tool:
                kind: http
                url: "$api/api/v1/{{ endpoints[0].path }}"
                params: {page: 1, pageSize: "{{ endpoints[0].page_size }}", chunk: "{{ endpoints | length }}", run_key: $key}
              retry: {on_success: {while: "{{ response.paging.hasMore }}", collect: {path: data} } }
            """);

        outcome.Completed();
        Assert.Equal(calls, outcome.At("fetch", "results").GetArrayLength());
        Assert.Equal("""{"total":2,"succeeded":2,"failed":0,"skipped":0}""", outcome.Text("fetch", "stats"));
        Assert.Equal(chunk == 1 ? 7 : 4, (await _api.RequestsAsync()).Count);
        Assert.All(ItemsOf(outcome), items => Assert.Equal(35, items));
        Assert.Equal(calls, outcome.Count("iteration.completed"));
    }

    [Theory]
    [InlineData("sequential")]
    [InlineData("async")]
    public async Task B6_each_endpoint_begins_at_its_own_first_page(string mode)
    {
        await using var tables = await World.TablesAsync(Table);
        await ScenarioAsync(tables, "[{name: a, path: /api/v1/assessments, page_size: 10}, {name: u, path: /api/v1/users, page_size: 10}]", $"mode: {mode}");

        var requests = await _api.RequestsAsync();
        Assert.Equal(["1", "2", "3", "4"], requests.Where(request => request.Path.EndsWith("users", StringComparison.Ordinal)).Select(request => request["page"]));
        Assert.Equal(["1", "2", "3", "4"], requests.Where(request => request.Path.EndsWith("assessments", StringComparison.Ordinal)).Select(request => request["page"]));
    }

    [Fact]
    public async Task B7_an_endpoint_that_always_fails_fails_the_loop_at_once_and_is_named()
    {
        var outcome = await OneFailsAsync("failFast");

        outcome.Failed("fetch", "500", "1");
        Assert.Equal((1, 1, 1), (outcome.Count("iteration.completed"), outcome.Count("iteration.failed"), outcome.Count("iterator.failed")));
        Assert.Equal(1, outcome.EventsOf("iteration.failed").Single().GetProperty("iteration_index").GetInt32());
        Assert.Equal(["/api/v1/assessments", "/errors"], (await _api.RequestsAsync()).Select(request => request.Path));
        Assert.Equal("""{"total":3,"succeeded":1,"failed":1,"skipped":1}""", outcome.Text("fetch", "stats"));
    }

    [Theory]
    [InlineData("collectAll")]
    [InlineData("{maxFailed: 1}")]
    [InlineData("{maxFailedPercent: 34}")]
    public async Task B7_a_policy_that_allows_failures_keeps_the_others_and_leaves_null_in_its_place(string policy)
    {
        var outcome = await OneFailsAsync(policy);

        outcome.Completed();
        Assert.Equal("""{"total":3,"succeeded":2,"failed":1,"skipped":0}""", outcome.Text("fetch", "stats"));
        Assert.Equal("null", outcome.Text("fetch", "results.1"));
        Assert.Equal("200", outcome.Text("fetch", "results.2.status_code"));
    }

    [Theory]
    [InlineData("{maxFailed: 0}")]
    [InlineData("{maxFailedPercent: 33}")]
    public async Task B7_a_policy_that_allows_fewer_failures_fails(string policy) => (await OneFailsAsync(policy)).Failed("fetch", "500");

    private static IEnumerable<int> ItemsOf(Outcome outcome) =>
        outcome.At("fetch", "results").EnumerateArray().Select(result => result.GetProperty("data").GetArrayLength());

    private Task<Outcome> OneFailsAsync(string policy) => _api.RunAsync($$$"""
        - step: fetch
          loop: {in: [/api/v1/assessments, /errors, /api/v1/users], iterator: path, failurePolicy: {{{policy}}} }
          tool: {kind: http, url: "$api{{ path }}", params: {error_type: 500, run_key: $key}}
        """);

    private async Task<Outcome> ScenarioAsync(Tables tables, string endpoints, string loop = "mode: sequential")
    {
        var outcome = await _api.RunAsync($$$"""
            - step: start
              next: fetch
            - step: fetch
              loop: {in: "{{ workload.endpoints }}", iterator: endpoint, {{{loop}}} }
              tool:
                kind: http
                method: GET
                url: "{{ workload.server_url }}{{ endpoint.path }}"
                params: {page: 1, pageSize: "{{ endpoint.page_size }}", run_key: $key}
              retry:
                on_error: {max_attempts: 3, initial_delay: 0.5, backoff_multiplier: 2}
                on_success:
                  while: "{{ response.paging.hasMore == true }}"
                  max_attempts: 10
                  next_call: {params: {page: "{{ (response.paging.page | int) + 1 }}"}}
                  collect: {strategy: append, path: data, into: pages}
              sink:
                tool: postgres
                auth: {secret: DB, type: postgres}
                table: results
                data:
                  execution_id: "{{ execution_id }}"
                  endpoint: "{{ endpoint.name }}"
                  path: "{{ endpoint.path }}"
                  page_size: "{{ endpoint.page_size }}"
                  items: "{{ result.data | length }}"
                  index: "{{ loop.index }}"
                  count: "{{ loop.length }}"
              next: end
            - step: end
            """, $"{Database}\nworkload: {{server_url: $api, endpoints: {endpoints.Trim()}}}", tables.Secret);
        return outcome.Completed();
    }
}
