using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases C that a single process can show: what loops iterate over, in which order, and what comes of it.</summary>
public sealed class LoopCases(World world)
{
    private static readonly string[] s_kinds = ["assessments", "conditions", "vitals"];

    private readonly Api _api = world.Api();

    [Fact]
    public async Task C1_five_items_are_doubled_and_summed()
    {
        var outcome = await _api.RunAsync("""
            - step: double
              loop: {in: "{{ workload.numbers }}", iterator: number}
              tool: {kind: transform, result: {value: "{{ number * 2 }}"}}
              next: total
            - step: total
              tool: {kind: transform, result: "{{ double.results | map(attribute='value') | sum }}"}
            """, "workload: {numbers: [1, 2, 3, 4, 5]}");

        outcome.Completed();
        Assert.Equal("""[{"value":2},{"value":4},{"value":6},{"value":8},{"value":10}]""", outcome.Text("double", "results"));
        Assert.Equal("30", outcome.Result("total"));
    }

    [Fact]
    public async Task C2_items_are_visited_in_order_one_at_a_time()
    {
        var outcome = await _api.RunAsync("""
            - step: visit
              loop: {in: [c, a, b, z, a]}
              tool: {kind: http, url: $api/concurrency/probe, params: {item: "{{ item }}", place: "{{ loop.index }}", run_key: $key}}
            """);

        outcome.Completed();
        Assert.Equal(["c0", "a1", "b2", "z3", "a4"], (await _api.RequestsAsync("/concurrency/probe")).Select(request => request["item"] + request["place"]));
        Assert.Equal((1, 5), await _api.ConcurrencyAsync());
    }

    [Fact]
    public async Task C3_each_iteration_saves_its_row()
    {
        await using var tables = await World.TablesAsync("CREATE TABLE saved (name text, value int, place int)");
        var outcome = await _api.RunAsync("""
            - step: save_all
              loop: {collection: [{name: item1, value: 100}, {name: item2, value: 200}, {name: item3, value: 300}], element: row}
              tool: {kind: transform, result: "{{ row }}"}
              save: {tool: postgres, auth: DB, table: saved, data: {name: "{{ result.name }}", value: "{{ result.value }}", place: "{{ loop.index1 }}"}}
            """, "secrets: [{name: DB, secretKeyRef: {name: db, key: dsn}}]", tables.Secret);

        outcome.Completed();
        Assert.Equal(["item1|100|1", "item2|200|2", "item3|300|3"], await tables.RowsAsync("SELECT * FROM saved ORDER BY place"));
    }

    [Fact]
    public async Task C4_two_loops_keep_their_results_and_indexes_apart()
    {
        var outcome = await _api.RunAsync("""
            - step: users
              loop: {in: [ada, bob], iterator: user}
              tool: {kind: transform, result: {user: "{{ user }}", place: "{{ loop.index }}", of: "{{ loop.length }}"}}
              next: products
            - step: products
              loop: {in: [pen, ink], iterator: product}
              tool: {kind: transform, result: {product: "{{ product }}", place: "{{ loop.index }}", user: "{{ user is defined }}"}}
            """);

        outcome.Completed();
        Assert.Equal("""[{"user":"ada","place":0,"of":2},{"user":"bob","place":1,"of":2}]""", outcome.Text("users", "results"));
        Assert.Equal("""[{"product":"pen","place":0,"user":false},{"product":"ink","place":1,"user":false}]""", outcome.Text("products", "results"));
        Assert.Equal((2, 2, 4), (outcome.Count("iterator.started"), outcome.Count("iterator.completed"), outcome.Count("iteration.completed")));
        Assert.Equal([0, 1], outcome.EventsOf("iteration.completed", "products").Select(line => line.GetProperty("iteration_index").GetInt32()));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("'{{ range(0) }}'")]
    [InlineData("'{{ workload.none }}'")]
    [InlineData("{}")]
    public async Task C5_an_empty_collection_completes_at_once_and_the_next_step_runs(string collection)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: walk
              loop: {in: {{{collection}}} }
              tool: {kind: http, url: $api/bad/echo, params: {run_key: $key}}
              next: after
            - step: after
              tool: {kind: transform, result: "{{ walk.results | length }}/{{ walk.stats.total }}"}
            """, "workload: {none: []}");

        outcome.Completed();
        Assert.Equal("\"0/0\"", outcome.Result("after"));
        Assert.Empty(await _api.RequestsAsync());
        Assert.Equal(0, outcome.EventsOf("iterator.started").Single().GetProperty("context").GetProperty("total_count").GetInt32());
        Assert.Equal((1, 0), (outcome.Count("iterator.completed"), outcome.Count("iteration.completed")));
    }

    [Theory]
    [InlineData("{{ workload.text }}", "string")]
    [InlineData("{{ workload.number }}", "integer")]
    [InlineData("{{ workload.nothing }}", "null")]
    [InlineData("{{ workload.flag }}", "boolean")]
    [InlineData("{{ workload.missing }}", "missing")]
    [InlineData("{{ workload.list }} ", null)]
    [InlineData("x{{ workload.list }}", "string")]
    public async Task C6_a_collection_that_is_no_list_fails_with_its_path_and_type(string collection, string? found)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: walk
              loop: {in: "{{{collection}}}"}
              tool: {kind: transform, result: "{{ item }}"}
            """, "workload: {text: abc, number: 7, nothing: null, flag: true, list: [1, 2]}");

        if (found is null)
        {
            Assert.Equal("[1,2]", outcome.Completed().Text("walk", "results"));
            return;
        }

        outcome.Failed("workflow[0].loop.in", found);
        Assert.Equal(0, outcome.Count("iteration.completed"));
    }

    [Theory]
    [InlineData("a, b, c", "the string 'a, b, c'.")]
    [InlineData("workload.list", "braces: \"{{ workload.list }}\"")]
    public async Task C6_a_collection_written_out_as_text_is_refused_before_anything_runs(string collection, string told) => (await _api.RunAsync($$$"""
            - step: walk
              loop: {in: "{{{collection}}}"}
              tool: {kind: transform, result: "{{ item }}"}
            """)).Refused("workflow[0].loop.in", told);

    [Fact]
    public async Task C7_where_comes_first_then_the_stable_sort_then_the_limit()
    {
        var outcome = await _api.RunAsync("""
            - step: pick
              loop:
                in: "{{ workload.people }}"
                iterator: person
                where: "{{ person.age > 30 }}"
                orderBy: {by: "{{ person.town }}", desc: true}
                limit: 3
              tool: {kind: transform, result: "{{ person.name }}"}
            """, """
            workload:
              people:
              - {name: young, age: 20, town: x}
              - {name: broken, age: {}, town: x}
              - {name: b1, age: 31, town: b}
              - {name: a1, age: 40, town: a}
              - {name: b2, age: 50, town: b}
              - {name: c1, age: 60, town: c}
              - {name: b3, age: 70, town: b}
              - {name: ageless, town: c}
            """);

        outcome.Completed();
        Assert.Equal("""["c1","b1","b2"]""", outcome.Text("pick", "results"));
        var context = outcome.EventsOf("iterator.started").Single().GetProperty("context");
        Assert.Equal((8, 3), (context.GetProperty("collection_size").GetInt32(), context.GetProperty("total_count").GetInt32()));
        Assert.InRange(context.GetProperty("where_errors").GetInt32(), 1, 2);
    }

    [Fact]
    public async Task C7_a_map_is_iterated_by_key_and_several_sort_keys_are_asked_in_turn()
    {
        var outcome = await _api.RunAsync("""
            - step: pick
              loop: {in: {b: {n: 2}, a: {n: 2}, c: {n: 1}, d: {n: 9}}, iterator: entry, filter: entry.value.n < 9, sort: [{by: entry.value.n, desc: true}, entry.key]}
              tool: {kind: transform, result: "{{ entry.key }}{{ entry.value.n }}"}
            """);

        Assert.Equal("""["a2","b2","c1"]""", outcome.Completed().Text("pick", "results"));
    }

    [Theory]
    [InlineData("sequential")]
    [InlineData("async")]
    public async Task C8_a_thousand_iterations_end_a_thousand_times(string mode)
    {
        var outcome = await _api.RunAsync($$$"""
            - step: walk
              loop: {in: "{{ range(1, 1001) }}", mode: {{{mode}}}, maxParallel: 16}
              tool: {kind: transform, result: "{{ item * item }}"}
              next: total
            - step: total
              tool: {kind: transform, result: "{{ walk.results | sum }}"}
            """);

        outcome.Completed();
        Assert.Equal((1000, 1), (outcome.Count("iteration.completed"), outcome.Count("iterator.completed")));
        Assert.Equal("333833500", outcome.Result("total"));
        Assert.Equal(Enumerable.Range(1, 1000).Select(number => number * number), outcome.At("walk", "results").EnumerateArray().Select(value => value.GetInt32()));
    }

    [Fact]
    public async Task C9_each_of_200_items_is_processed_once_and_at_most_4_at_a_time()
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(200) }}", mode: async, maxInFlight: 4}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 10, item: "{{ item }}", run_key: $key}}
            """);

        outcome.Completed();
        var items = (await _api.RequestsAsync("/concurrency/probe")).Select(request => int.Parse(request["item"])).Order();
        Assert.Equal(Enumerable.Range(0, 200), items);
        var (most, completed) = await _api.ConcurrencyAsync();
        Assert.InRange(most, 2, 4);
        Assert.Equal(200, completed);
    }

    [Fact]
    public async Task C9_batches_of_50_cover_200_items_once()
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(200) }}", iterator: offset, mode: chunked, chunk: 50, maxParallel: 4}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 100, item: "{{ offsets | first }}-{{ offsets | last }}", run_key: $key}}
            """);

        outcome.Completed();
        Assert.Equal(["0-49", "100-149", "150-199", "50-99"], (await _api.RequestsAsync("/concurrency/probe")).Select(request => request["item"]).Order(StringComparer.Ordinal));
        Assert.InRange((await _api.ConcurrencyAsync()).MaxActive, 1, 4);
        Assert.Equal("200", outcome.Text("walk", "stats.total"));
    }

    [Fact]
    public async Task C10_ten_passes_over_one_loop_have_an_epoch_each()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              tool: {kind: noop}
              vars: {pass: 0}
              next: walk
            - step: walk
              loop: {in: "{{ range(100) }}", mode: async}
              tool: {kind: transform, result: "{{ item + vars.pass }}"}
              vars: {pass: "{{ vars.pass + 1 }}"}
              next: [{when: "{{ vars.pass < 10 }}", then: walk}, {else: done}]
            - step: done
              tool: {kind: transform, result: "{{ walk.results[0] }}"}
            """);

        outcome.Completed();
        Assert.Equal((1000, 10, 10), (outcome.Count("iteration.completed"), outcome.Count("iterator.started"), outcome.Count("iterator.completed")));
        Assert.Equal(Enumerable.Range(0, 10), outcome.EventsOf("iterator.completed").Select(line => line.GetProperty("epoch").GetInt32()));
        Assert.All(outcome.EventsOf("iteration.completed").GroupBy(line => line.GetProperty("epoch").GetInt32()), pass => Assert.Equal(100, pass.Count()));
        Assert.Equal("9", outcome.Result("done"));
    }

    [Fact]
    public async Task C12_what_a_template_does_to_an_item_stays_in_its_iteration()
    {
        var outcome = await _api.RunAsync("""
            - step: change
              loop: {in: "{{ workload.items }}", mode: sequential}
              tool: {kind: transform, result: "{% set item = {'tags': item.tags + ['new'], 'n': workload['items'][0].tags | length} %}{{ item }}"}
              next: after
            - step: after
              tool: {kind: transform, result: "{{ workload['items'] }}"}
            """, "workload: {items: [{tags: [a]}, {tags: [b]}]}");

        outcome.Completed();
        Assert.Equal("""[{"tags":["a"]},{"tags":["b"]}]""", outcome.Result("after"));
        Assert.Contains("new", outcome.Text("change", "results.1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C13_a_loop_on_the_first_step_fans_out()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              loop: {in: [1, 2, 3], mode: async}
              tool: {kind: http, url: $api/bad/echo, params: {item: "{{ item }}", run_key: $key}}
              next: end
            - step: end
              tool: {kind: transform, result: "{{ start.stats.succeeded }}"}
            """);

        outcome.Completed();
        Assert.Equal("3", outcome.Result("end"));
        Assert.Equal(["1", "2", "3"], (await _api.RequestsAsync()).Select(request => request["item"]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(1000)]
    public async Task C14_a_heavy_aggregate_stays_out_of_events_and_is_read_by_templates(int items)
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(workload.items) }}", mode: async, maxParallel: 8}
              tool: {kind: http, url: $api/heavy, params: {payload_kb: 2, page: "{{ item % 100 + 1 }}", pageSize: 1, run_key: $key}}
              next: count
            - step: count
              tool: {kind: transform, result: "{{ walk.results | map(attribute='data.data') | map('length') | sum }}"}
            """, $"workload: {{items: {items}}}");

        outcome.Completed();
        Assert.Equal($"{items}", outcome.Result("count"));
        Assert.Equal(items, (await _api.RequestsAsync()).Count);
        Assert.Equal(items, outcome.At("walk", "results").GetArrayLength());
        Assert.All(outcome.Events, line => Assert.InRange(line.GetRawText().Length, 1, 8000));
    }

    [Fact]
    public async Task C15_a_chain_of_382_references_is_followed_to_every_detail()
    {
        var outcome = await _api.RunAsync("""
            - step: list
              tool: {kind: http, url: $api/reference-chain/items, params: {offset: 0, limit: 50, run_key: $key}}
              retry: {on_success: {while: "{{ response.next }}", collect: {path: items}}}
              next: details
            - step: details
              loop: {in: "{{ list.data }}", iterator: reference, mode: async, maxParallel: 8}
              tool: {kind: http, url: "$api{{ reference.ref }}", params: {run_key: $key}}
            """);

        outcome.Completed();
        Assert.Equal(8, (await _api.RequestsAsync("/reference-chain/items")).Count);
        Assert.Equal(382, (await _api.RequestsAsync()).Count(request => request.Path.StartsWith("/reference-chain/detail/", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(1, 382), outcome.At("details", "results").EnumerateArray().Select(result => result.GetProperty("data").GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task C16_every_facility_gives_all_its_patients_for_every_kind_of_data()
    {
        var outcome = await _api.RunAsync("""
            - step: fetch
              loop: {in: "{{ workload.batches }}", iterator: batch, mode: async, maxParallel: 4}
              tool: {kind: http, url: $api/pft/batch, params: {facility_id: "{{ batch.facility }}", data_type: "{{ batch.kind }}", offset: 0, limit: 250, run_key: $key}}
              retry: {on_success: {while: "{{ response.has_more }}", collect: {path: records}}}
              next: count
            - step: count
              tool: {kind: transform, result: "{{ fetch.results | map(attribute='data') | map('length') | unique | list }}"}
            """, $$$"""
            workload:
              batches: [{{{string.Join(", ", from facility in Enumerable.Range(1, 10) from kind in s_kinds select $"{{facility: {facility}, kind: {kind}}}")}}}]
            """);

        outcome.Completed();
        Assert.Equal("[1000]", outcome.Result("count"));
        Assert.Equal(30, outcome.Count("iteration.completed"));
        var offsets = (await _api.RequestsAsync()).GroupBy(request => $"{request["facility_id"]}/{request["data_type"]}").ToList();
        Assert.Equal(30, offsets.Count);
        Assert.All(offsets, batch => Assert.Equal(["0", "250", "500", "750"], batch.Select(request => request["offset"])));
    }

    [Fact]
    public async Task C17_fast_items_do_not_wait_for_a_slow_one()
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: [1500, 20, 20, 20, 20], iterator: ms, mode: async, maxParallel: 2}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: "{{ ms }}", run_key: $key}}
            """);

        outcome.Completed();
        Assert.Equal([1, 2, 3, 4, 0], outcome.EventsOf("iteration.completed").Select(line => line.GetProperty("iteration_index").GetInt32()));
        Assert.Equal(2, (await _api.ConcurrencyAsync()).MaxActive);
    }
}
