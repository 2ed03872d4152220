using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases F: what values become on their way through templates, results, sinks and events.</summary>
public sealed class DataCases(World world)
{
    private const string Database = "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]";

    private readonly Api _api = world.Api();

    [Fact]
    public async Task F1_vars_keep_their_types_over_steps()
    {
        var outcome = await _api.RunAsync("""
            - step: set
              tool: {kind: transform, result: {count: 998, user: api_tester, score: 85}}
              vars: {count: "{{ result.count + 1 }}", user: "{{ result.user }}", score: "{{ result.score }}", list: ["{{ result.score }}"]}
              next: read
            - step: read
              tool: {kind: transform, result: "{{ [vars.count, vars.user, vars.score, vars.list] }}"}
            """);

        outcome.Completed();
        Assert.Equal("""[999,"api_tester",85,[85]]""", outcome.Result("read"));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"count":999,"user":"api_tester","score":85,"list":[85]}"""), outcome.Json.GetProperty("vars")), outcome.Vars);
        Assert.Equal(1, outcome.Count("vars.set"));
    }

    [Fact]
    public async Task F2_quotes_injections_unicode_and_null_are_stored_as_they_are()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE notes (n int, text text)");
        string?[] texts = ["O'Reilly \"quoted\"", "'); DROP TABLE notes; --", "$1 %s {0} \\ \\n", "naïve 日本 🚀", "{{ 6 * 7 }}", "", null, "a\tb\nc"];
        var outcome = await _api.RunAsync("""
            - step: save
              loop: {in: "{{ workload.texts }}", iterator: text}
              tool: {kind: transform, result: "{{ text }}"}
              sink: {tool: postgres, auth: DB, table: notes, data: {n: "{{ loop.index }}", text: "{{ text }}"}}
            """, Database, [.. tables.Secret, "--set", "texts=" + JsonSerializer.Serialize(texts)]);

        outcome.Completed();
        Assert.Equal(texts.Select((text, n) => $"{n}|{text ?? "null"}"), await tables.RowsAsync("SELECT n, text FROM notes ORDER BY n"));
        Assert.Equal(texts, outcome.At("save", "results").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public async Task F3_nested_JSON_goes_through_a_jsonb_column_and_back()
    {
        const string Nested = """{"a":[1,2.5,{"b":null,"c":[true,false,[]]}],"d":{"e":{}},"f":"ü\"\\"}""";
        await using var tables = await World.TablesAsync("CREATE TABLE docs (body jsonb)");
        var outcome = await _api.RunAsync("""
            - step: save
              tool: {kind: transform, result: "{{ workload.doc }}"}
              sink: {tool: postgres, auth: DB, table: docs, data: {body: "{{ result }}"}}
              next: load
            - step: load
              tool: {kind: postgres, auth: DB, query: SELECT body FROM docs}
            """, Database, [.. tables.Secret, "--set", $"doc={Nested}"]);

        outcome.Completed();
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Nested), outcome.Step("save").GetProperty("result")), outcome.Result("save"));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Nested), outcome.At("load", "rows.0.body")), outcome.Result("load"));
    }

    [Fact]
    public async Task F4_each_kind_of_sink_writes_one_row_or_sends_one_request()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE kept (id int PRIMARY KEY, how text)");
        var outcome = await _api.RunAsync("""
            - step: insert
              tool: {kind: transform, result: {id: 1}}
              sink: {tool: postgres, auth: DB, table: kept, mode: insert, data: {id: "{{ result.id }}", how: insert}}
              next: upsert_new
            - step: upsert_new
              tool: {kind: transform, result: {id: 2}}
              sink: {tool: postgres, auth: DB, table: kept, mode: upsert, key: id, data: {id: "{{ result.id }}", how: first}}
              next: upsert_again
            - step: upsert_again
              tool: {kind: transform, result: {id: 2}}
              sink: {tool: postgres, auth: DB, table: kept, mode: upsert, key: id, data: {id: "{{ result.id }}", how: second}}
              next: statement
            - step: statement
              tool: {kind: transform, result: 3}
              sink: {tool: postgres, auth: DB, statement: "INSERT INTO kept VALUES ($1, $2)", params: ["{{ result }}", statement]}
              next: posted
            - step: posted
              tool: {kind: transform, result: {id: 4}}
              sink: {tool: http, url: "$api/bad/echo?run_key=$key", data: {id: "{{ result.id }}"}}
            """, Database, tables.Secret);

        outcome.Completed();
        Assert.Equal(["1|insert", "2|second", "3|statement"], await tables.RowsAsync("SELECT id, how FROM kept ORDER BY id"));
        Assert.Equal("POST", Assert.Single(await _api.RequestsAsync()).Method);
        Assert.Equal(5, outcome.Count("sink.done"));
    }

    [Fact]
    public async Task F5_a_large_result_is_read_by_templates_and_printed_whole_but_stands_in_no_event()
    {
        var outcome = await _api.RunAsync("""
            - step: large
              tool: {kind: http, url: $api/heavy, params: {page: 1, pageSize: 100, payload_kb: 4}}
              vars: {first: "{{ result.data.data[0].id }}"}
              next: [{when: "{{ large.data.data | length == 100 }}", then: pick}]
            - step: pick
              tool: {kind: transform, result: {count: "{{ large.data.data | length }}", last: "{{ large.data.data[-1].id }}", size: "{{ large.data.data[7].payload | length }}"}}
            """);

        outcome.Completed();
        Assert.Equal("""{"count":100,"last":100,"size":4096}""", outcome.Result("pick"));
        Assert.Equal("""{"first":1}""", outcome.Vars);
        Assert.Equal(100, outcome.At("large", "data.data").GetArrayLength());
        Assert.InRange(outcome.Events.Max(line => line.GetRawText().Length), 1, 80_000);
    }

    [Fact]
    public async Task F6_a_workload_of_900_KB_reaches_a_call()
    {
        using var folder = new Folder();
        var workload = folder.Write("workload.json", JsonSerializer.Serialize(new { blob = new string('x', 900 * 1024), n = 3 }));
        var outcome = await _api.RunAsync("""
            - step: send
              tool: {kind: http, method: POST, url: $api/bad/echo, body: "{{ workload.blob }}", params: {run_key: $key}}
              next: walk
            - step: walk
              loop: {in: "{{ range(workload.n) }}"}
              tool: {kind: transform, result: "{{ workload.blob | length }}"}
            """, "", "--workload", workload);

        outcome.Completed();
        Assert.Equal(900 * 1024, outcome.At("send", "data.body").GetString()!.Length);
        Assert.Equal("[921600,921600,921600]", outcome.Text("walk", "results"));
        Assert.InRange(outcome.EventsOf("playbook.started").Single().GetRawText().Length, 1, 10_000);
    }

    [Theory]
    [InlineData("sequential")]
    [InlineData("async")]
    public async Task F7_an_iteration_sees_nothing_of_the_others(string mode)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: walk
              args: {mine: "{{ item.id }}"}
              loop: {in: "{{ workload['items'] }}", mode: {{{mode}}}, maxParallel: 5}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: "{{ item.ms }}", item: "{{ args.mine }}", run_key: $key}}
              retry: {on_success: {while: "{{ page < 2 }}", next_call: {params: {again: "{{ response.item }}"}}, collect: {path: item} } }
            """, "workload: {items: [{id: a, ms: 60}, {id: b, ms: 5}, {id: c, ms: 30}, {id: d, ms: 1}, {id: e, ms: 45}]}");

        outcome.Completed();
        Assert.Equal(
            """[["a","a"],["b","b"],["c","c"],["d","d"],["e","e"]]""",
            JsonSerializer.Serialize(outcome.At("walk", "results").EnumerateArray().Select(result => result.GetProperty("data"))));
        Assert.All((await _api.RequestsAsync()).Where(request => request.Query.ContainsKey("again")), request => Assert.Equal(request["item"], request["again"]));
    }

    [Fact]
    public async Task F8_a_second_equal_request_is_served_from_the_cache()
    {
        var outcome = await _api.RunAsync("""
            - step: first
              tool: {kind: http, url: $api/api/v1/assessments, params: {page: 1, run_key: $key}}
              cache: {ttl: 60s}
              next: second
            - step: second
              tool: {kind: http, url: $api/api/v1/assessments, params: {page: 1, run_key: $key}}
              cache: {ttl: 60s}
              next: other
            - step: other
              tool: {kind: http, url: $api/api/v1/assessments, params: {page: 2, run_key: $key}}
              cache: {ttl: 60s}
            """);

        outcome.Completed();
        Assert.Equal(["1", "2"], (await _api.RequestsAsync()).Select(request => request["page"]));
        Assert.Equal(outcome.Text("first", "data"), outcome.Text("second", "data"));
    }

    [Fact]
    public async Task F9_a_secret_reaches_the_call_and_stands_in_no_event_result_or_error()
    {
        const string Secret = "s3cr3t+/= ü&?";
        var outcome = await _api.RunAsync("""
            - step: call
              args: {token: "{{ secret.TOKEN }}"}
              tool: {kind: http, method: POST, url: "$api/bad/echo", params: {t: "{{ args.token }}", run_key: $key}, headers: {X-Copy: "{{ secret.TOKEN | b64encode }}"}, body: {t: "{{ args.token }}"}}
              next: fails
            - step: fails
              loop: {in: [1], failurePolicy: collectAll}
              tool: {kind: http, url: "$api/errors?error_type=404&t={{ secret.TOKEN | urlencode }}"}
            """, "secrets: [{name: TOKEN, secretKeyRef: {name: t, key: t}}]", "--secret", $"TOKEN={Secret}");

        outcome.Completed();
        Assert.Equal(Secret, (await _api.RequestsAsync("/bad/echo"))[0]["t"]);
        var everything = outcome.Output + outcome.Errors + string.Concat(outcome.Events.Select(line => line.GetRawText()));
        string[] forms = [Secret, Uri.EscapeDataString(Secret), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Secret)), JsonSerializer.Serialize(Secret).Trim('"')];
        Assert.All(forms, form => Assert.DoesNotContain(form, everything, StringComparison.Ordinal));
        Assert.Contains("***", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", "7")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("2.0", "2.0")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("\"7\"", "\"7\"")]
    [InlineData("[1,\"a\",null]", "[1,\"a\",null]")]
    [InlineData("{\"z\":1,\"a\":{}}", "{\"z\":1,\"a\":{}}")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("\"\"", "\"\"")]
    public async Task F10_a_template_that_is_one_expression_keeps_the_type(string value, string expected)
    {
        var outcome = await _api.RunAsync("""
            - step: first
              tool: {kind: transform, result: {v: "{{ workload.v }}", spaced: "  {{ workload.v }} "}}
              vars: {v: "{{ result.v }}"}
              next: [{step: second, args: {v: "{{ vars.v }}"}}]
            - step: second
              loop: {in: ["{{ args.v }}"], iterator: x}
              tool: {kind: transform, result: "{{ x }}"}
            """, "", "--set", $"v={value}");

        outcome.Completed();
        Assert.Equal(expected, outcome.At("first", "v").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(expected, outcome.At("first", "spaced").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(expected, outcome.At("second", "results.0").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
    }
}
