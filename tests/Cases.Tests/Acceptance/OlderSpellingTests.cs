using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Playbooks in the spellings of the first documents: flat tools, collection and element, args, save, and no spec around it.</summary>
public sealed class OlderSpellingTests(World world)
{
    private readonly Api _api = world.Api();

    [Fact]
    public async Task A_bare_document_in_the_flat_spelling_runs_with_its_retry_as_it_was_written()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE pages (endpoint text, items int, place int)");
        var outcome = await Run.TextAsync(_api.Fill("""
            apiVersion: example.io/v1
            kind: Playbook
            metadata:
              name: loop_with_pagination
              path: tests/pagination/loop_with_pagination
            workload:
              server_url: "{{ secret.PAGINATED_API_URL }}"
              endpoints:
                - name: assessments
                  path: /api/v1/assessments
                  page_size: 10
                - name: users
                  path: /api/v1/users
                  page_size: 15
            workflow:
              - step: start
                desc: Start of the workflow
                next:
                  - step: fetch_all
              - step: fetch_all
                loop:
                  collection: "{{ workload.endpoints }}"
                  element: endpoint
                  mode: sequential
                tool: http
                method: GET
                endpoint: "{{ workload.server_url }}{{ endpoint.path }}"
                params:
                  page: 1
                  pageSize: "{{ endpoint.page_size }}"
                  run_key: $key
                retry:
                  on_success:
                    while: "{{ response.paging.hasMore == true }}"
                    max_attempts: 10
                    collect:
                      strategy: append
                      path: data
                save:
                  tool: postgres
                  auth: DB
                  table: pages
                  data:
                    endpoint: "{{ endpoint.name }}"
                    items: "{{ result.data | length }}"
                    place: "{{ loop.index }}"
                next:
                  - step: end
              - step: end
                desc: End
            """), [.. tables.Secret, "--secret", $"PAGINATED_API_URL={_api.Url}"]);

        outcome.Completed();
        Assert.Equal("tests/pagination/loop_with_pagination", outcome.Json.GetProperty("path").GetString());
        Assert.Equal(["1", "2", "3", "4", "1", "2", "3"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal(["assessments|35|0", "users|35|1"], await tables.RowsAsync("SELECT * FROM pages ORDER BY place"));
    }

    [Fact]
    public async Task Every_older_key_means_what_its_newer_one_does()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE kept (n int)");
        const string Newer = """
            - step: walk
              input: {factor: 2}
              loop: {in: [3, 1, 2], iterator: number, where: number > 1, orderBy: number, mode: async, maxParallel: 2, failurePolicy: collectAll}
              tool: {kind: transform, result: "{{ number * args.factor }}"}
              sink: {tool: postgres, auth: DB, table: kept, data: {n: "{{ result }}"}}
              next: ask
            - step: ask
              tool: {kind: postgres, auth: DB, query: "SELECT count(*) AS c FROM kept"}
              next: post
            - step: post
              tool: {kind: http, method: POST, url: "$api/bad/echo", body: {a: 1}}
              vars: {x: 1}
              case: [{when: "true", then: {vars: {y: 2}}}]
            """;
        const string Older = """
            - name: walk
              args: {factor: 2}
              loop: {collection: [3, 1, 2], element: number, filter: number > 1, sort: number, mode: parallel, max_in_flight: 2, failure_policy: collect_all}
              tool: transform
              result: "{{ number * args.factor }}"
              save: {kind: postgres, auth: DB, table: kept, data: {n: "{{ result }}"}}
              next: {step: ask}
            - name: ask
              tool: postgres
              auth: DB
              command: "SELECT count(*) AS c FROM kept"
              next: [post]
            - name: post
              tool: http
              method: POST
              endpoint: $api/bad/echo
              payload: {a: 1}
              vars: {x: 1}
              case: [{when: "true", then: [{set: {y: 2}}]}]
            """;
        foreach (var (steps, rows) in new[] { (Newer, 2), (Older, 4) })
        {
            var outcome = (await _api.RunAsync(steps, "", tables.Secret)).Completed();
            Assert.Equal("[4,6]", outcome.Text("walk", "results"));
            Assert.Equal($"{rows}", outcome.Text("ask", "rows.0.c"));
            Assert.Equal("\"{\\\"a\\\":1}\"", outcome.Text("post", "data.body"));
            Assert.Equal("""{"x":1,"y":2}""", outcome.Vars);
        }
    }

    [Theory]
    [InlineData("response.paging.hasMore == true", 4, 35)]
    [InlineData("{{ response.paging.hasMore == true }}", 4, 35)]
    [InlineData("{{ response.data | length == 10 }}", 4, 35)]
    [InlineData("{{ response.paging.page < 3 and response.paging.hasMore }}", 3, 30)]
    public async Task A_condition_may_be_bare_or_wrapped(string condition, int requests, int items)
    {
        var outcome = await _api.RunAsync($$"""
            - step: fetch
              tool: http
              url: $api/api/v1/assessments
              params: {page: 1, pageSize: 10, run_key: $key}
              retry: {on_success: {while: "{{condition}}", collect: {strategy: append, path: data, into: pages} } }
            """);

        outcome.Completed();
        Assert.Equal((requests, items), ((await _api.RequestsAsync()).Count, outcome.At("fetch", "data").GetArrayLength()));
    }

    [Fact]
    public async Task A_retry_may_have_the_keys_of_on_error_directly()
    {
        var outcome = await _api.RunAsync("""
            - step: call
              tool: http
              url: $api/errors
              params: {error_type: 500, fail_times: 3, run_key: $key}
              retry: {max_attempts: 4, initial_delay: 0.001, backoff_multiplier: 1.5}
            """);

        outcome.Completed();
        Assert.Equal(4, (await _api.RequestsAsync()).Count);
    }
}
