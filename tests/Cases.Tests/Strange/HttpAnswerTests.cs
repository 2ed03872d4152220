using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Strange;

/// <summary>What templates read of an HTTP answer, wherever they are evaluated: in workers, in the operator, and in later steps.</summary>
public sealed class HttpAnswerTests(World world)
{
    private const string Call = "tool: {kind: http, url: '$api/bad/answer', params: {base64: WzFd, h: ['Content-Type:application/json', 'X-Total-Pages:3', 'Link:</next?c=a%2Bb>; rel=\"next\"']}}";

    [Fact]
    public async Task Headers_are_found_in_any_case_wherever_a_template_reads_them()
    {
        var outcome = await world.Api().RunAsync($$$$"""
            - step: a
              {{{{Call}}}}
              vars: {pages: "{{ headers['X-Total-Pages'] }}", all: {headers: "{{ headers }}"}}
              case: [{when: "headers['X-TOTAL-PAGES'] == '3' and result.headers['X-Total-Pages'] == '3'", then: {next: b}}]
              next: lost
            - step: b
              loop: {in: [1, 2], mode: async}
              {{{{Call}}}}
              case: [{when: "event.name == 'call.done' and headers['X-Total-Pages'] == '3'", then: {result: {headers: "{{ headers }}"}}}]
              next: [{when: "b.results[1].headers['X-Total-Pages'] == '3'", then: c}, {else: lost}]
            - step: c
              loop: {in: "{{ range(a.headers['X-Total-Pages'] | int) }}", where: "'X-Total-Pages' in a.headers"}
              tool: {kind: shell, cmds: 'echo "$P"', env: {P: "{{ a.headers['X-Total-Pages'] }}{{ b.results[0].headers.get('X-total-pages') }}{{ vars.all.headers['X-Total-Pages'] }}"}}
              next: d
            - {step: d, tool: {kind: transform, result: "{{ c.results | map(attribute='output') | list }}"}}
            - {step: lost, tool: {kind: transform, result: lost}}
            """);
        outcome.Completed();
        Assert.Equal("[333,333,333]", outcome.Result("d"));
        Assert.Equal("\"3\"", Outcome.Compact(outcome.Json.GetProperty("vars").GetProperty("pages")));
        Assert.Contains("\"x-total-pages\":\"3\"", outcome.Result("a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_of_a_call_that_failed_are_found_in_any_case_too()
    {
        var outcome = await world.Api().RunAsync("""
            - step: a
              tool: {kind: http, url: '$api/bad/answer', params: {status: 404, h: 'X-Reason:gone'}}
              case: [{when: "status_code == 404 and headers['X-Reason'] == 'gone'", then: {result: "{{ headers['x-REASON'] }}", next: b}}]
            - {step: b, tool: {kind: transform, result: "{{ a }}"}}
            """);
        outcome.Completed();
        Assert.Equal("\"gone\"", outcome.Result("b"));
    }

    [Fact]
    public async Task Links_are_read_by_relation_where_the_response_is()
    {
        var outcome = await world.Api().RunAsync($$$$"""
            - step: a
              {{{{Call}}}}
              vars: {url: "{{ links.next.url }}"}
              case: [{when: "links.next.url and not links.prev", then: {next: b}}]
            - step: b
              loop: {in: [1]}
              {{{{Call}}}}
              sink: {tool: http, url: '$api/bad/echo', params: {to: "{{ links.next.url }}"}}
              case: [{when: "event.name == 'call.done'", then: {result: "{{ links.next.url }}"}}]
            """);
        outcome.Completed();
        Assert.Equal($$"""{"url":"{{world.Url}}/next?c=a%2Bb"}""", outcome.Vars);
        Assert.Equal($"\"{world.Url}/next?c=a%2Bb\"", outcome.Text("b", "results.0"));
    }

    [Fact]
    public async Task The_links_of_pages_lead_through_all_of_them_and_no_further()
    {
        var api = world.Api();
        var outcome = await api.RunAsync("""
            - step: a
              tool: {kind: http, url: '$api/api/v1/assessments', params: {page: 1, run_key: $key}}
              retry: {on_success: {while: links.next, next_call: {url: "{{ links.next.url }}"}, collect: {path: data}}}
              next: [{when: "links.prev.url and not links.next", then: b}]
            - {step: b, tool: {kind: transform, result: "{{ a.data | map(attribute='id') | unique | list | length }}"}}
            """);
        outcome.Completed();
        Assert.Equal("35", outcome.Result("b"));
        Assert.Equal(4, (await api.RequestsAsync()).Count);
    }

    [Fact]
    public async Task Pages_that_are_not_all_are_told_in_result_event_and_summary()
    {
        const string Steps = """
            - step: a
              tool: {kind: http, url: '$api/api/v1/assessments', params: {page: 1}}
              retry: {on_success: {while: response.paging.hasMore, max_attempts: 2, collect: {path: data}}}
            """;
        var api = world.Api();
        var outcome = await api.RunAsync(Steps);
        outcome.Completed();
        Assert.Equal("true", outcome.Text("a", "meta.truncated"));
        var warnings = Assert.Single(outcome.EventsOf("call.done")).GetProperty("context").GetProperty("warnings");
        Assert.Equal("""["There are more pages than max_attempts = 2: the result is not all."]""", Outcome.Compact(warnings));
        (await api.RunAsync(Steps.Replace("max_attempts: 2", "max_attempts: 2, on_limit: fail", StringComparison.Ordinal))).Failed("max_attempts = 2 pages");
        (await api.RunAsync(Steps.Replace("max_attempts: 2", "on_limit: stop", StringComparison.Ordinal))).Refused("on_limit: must be warn or fail, not 'stop'.");
    }
}
