using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

/// <summary>Rows of one key in one call, and what is told of values, keys and statements that do not fit.</summary>
public sealed class PostgresErrorTests(SampleFixture sample, PostgresFixture postgres)
{
    [Theory]
    [InlineData("upsert")]
    [InlineData("replace")]
    public async Task The_last_row_of_a_key_wins(string mode)
    {
        var name = Guid.NewGuid().ToString("N");
        var report = await SinkAsync(
            $$"""{"table": "shop.stock", "mode": "{{mode}}", "key": ["name", "place"], "data": "{{"{{ item }}"}}"}""",
            $$"""[{"name": "{{name}}", "place": "a", "amount": 1}, {"name": "{{name}}", "place": "b", "amount": 2}, {"place": "a", "amount": 3, "name": "{{name}}"}]""");
        Assert.Null(report.Error);
        Assert.Equal("a3 b2", await postgres.ReadAsync($"SELECT string_agg(place || amount, ' ' ORDER BY place) FROM shop.stock WHERE name = '{name}'"));
    }

    [Theory]
    [InlineData("upsert")]
    [InlineData("replace")]
    public async Task Rows_without_a_key_of_their_own_are_all_written(string mode)
    {
        var table = $"shop.t{Guid.NewGuid():N}";
        await postgres.ExecuteAsync($"CREATE TABLE {table} (id int UNIQUE DEFAULT NULL, v text)");
        var report = await SinkAsync(
            $$"""{"table": "{{table}}", "mode": "{{mode}}", "key": "id", "data": "{{"{{ item }}"}}"}""",
            """[{"id": null, "v": "a"}, {"v": "b"}, {"id": 1, "v": "c"}, {"id": 1.0, "v": "d"}, {"id": "1", "v": "e"}, {"id": null, "v": "f"}]""");
        Assert.Null(report.Error);
        Assert.Equal("a b e f", await postgres.ReadAsync($"SELECT string_agg(v, ' ' ORDER BY v) FROM {table}"));
    }

    [Fact]
    public async Task A_key_that_is_there_already_is_told_with_the_servers_detail()
    {
        var name = Guid.NewGuid().ToString("N");
        var report = await SinkAsync(
            """{"table": "shop.stock", "data": "{{ item }}"}""", $$"""[{"name": "{{name}}", "place": "a", "amount": 1}, {"name": "{{name}}", "place": "a", "amount": 2}]""");
        Assert.Equal((WorkErrorKind.Sink, "23505"), (report.Error!.Kind, report.Error.Code));
        Assert.Contains($"Key (name, place)=({name}, a) already exists.", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_tells_of_a_secret_is_masked()
    {
        using var bench = Bench();
        bench.Secrets["NAME"] = "s3cret-name";
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": 1},
             "sink": {"tool": "postgres", "auth": "RESULTS_DB", "table": "shop.stock", "data": [{"name": "{{ secret.NAME }}", "place": "a"}, {"name": "{{ secret.NAME }}", "place": "a"}]}}
            """);
        Assert.Contains("Key (name, place)=(***, a) already exists.", report.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"tag": "x", "i": 1}, {"tag": "x", "i": "many"}]""", "22P02", "in sink.data[1].i.")]
    [InlineData("""{"tag": "x", "d": "2024-02-31"}""", "22008", "in sink.data.d.")]
    [InlineData("""[{"tag": "x", "t": "a\u0000b"}]""", "22021", "in sink.data[0].t.")]
    [InlineData("""[{"tag": "x", "i": 1, "at": "soon", "ok": true}]""", "22007", "in sink.data[0].at.")]
    public async Task A_value_that_does_not_fit_is_told_with_its_row_and_column(string data, string code, string place)
    {
        var report = await SinkAsync("""{"table": "shop.kinds", "data": "{{ item }}"}""", data);
        Assert.Equal((WorkErrorKind.Sink, code), (report.Error!.Kind, report.Error.Code));
        Assert.Contains(place, report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_does_not_fit_is_told_with_its_place()
    {
        var report = await QueryAsync("""{"query": "SELECT $1::int + $2::int", "params": [1, "two"]}""");
        Assert.Contains("""invalid input syntax for type integer: "two" (SQLSTATE 22P02) in tool.params[1].""", report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_servers_hint_is_told()
    {
        var report = await QueryAsync("""{"query": "SELECT amonut FROM shop.stock"}""");
        Assert.Contains("Perhaps you meant to reference the column", report.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query": "copy (select 1) to stdout"}""", "COPY from or to the client is not supported here; use INSERT or SELECT")]
    [InlineData("""{"query": "COPY shop.stock FROM STDIN"}""", "COPY from or to the client is not supported here")]
    [InlineData("""{"query": "select 1\u0000"}""", "tool.query: has a NUL character")]
    public async Task What_cannot_be_sent_is_told_in_one_sentence(string settings, string message)
    {
        var report = await QueryAsync(settings);
        Assert.Equal((WorkErrorKind.Configuration, false), (report.Error!.Kind, report.Error.Retryable));
        Assert.StartsWith(message, report.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report.Error.Message, StringComparison.Ordinal);
        Assert.Null((await QueryAsync("""{"query": "select 1"}""")).Error);
    }

    [Theory]
    [InlineData("""{"query": "SELECT 1", "params": [1, 2]}""")]
    [InlineData("""{"query": "SELECT $1, $2", "params": [1]}""")]
    public async Task Parameters_of_another_number_than_the_statement_has_are_not_tried_again(string settings)
    {
        using var bench = Bench();
        var report = await bench.RunAsync($$"""{"tool": {"kind": "postgres", "auth": "RESULTS_DB", {{settings[1..]}}, "retry": true}""");
        Assert.Equal((WorkErrorKind.Sql, 1), (report.Error!.Kind, report.Attempt));
    }

    [Theory]
    [InlineData("08P01", false)]
    [InlineData("08006", true)]
    [InlineData("40001", true)]
    [InlineData("22P02", false)]
    public void A_statement_that_does_not_fit_its_parameters_is_wrong_every_time(string code, bool retried) => Assert.Equal(retried, PostgresFailures.IsRetryable(code));

    [Theory]
    [InlineData("select 1 from generate_series(1, 3) limit $1", """["1"]""", null)]
    [InlineData("select $1::numeric", """["NaN"]""", null)]
    public async Task An_odd_parameter_is_the_servers_to_judge(string query, string parameters, string? code)
    {
        var report = await QueryAsync($$"""{"query": "{{query}}", "params": {{parameters}} }""");
        Assert.Equal(code, report.Error?.Code);
    }

    private TaskBench Bench()
    {
        var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        bench.Secrets["RESULTS_DB"] = postgres.ConnectionString;
        return bench;
    }

    private async Task<WorkReport> QueryAsync(string settings)
    {
        using var bench = Bench();
        return await bench.RunAsync($$"""{"tool": {"kind": "postgres", "auth": "RESULTS_DB", {{settings[1..]}}}""");
    }

    private async Task<WorkReport> SinkAsync(string sink, string item)
    {
        using var bench = Bench();
        bench.Variables = $$"""{"item": {{item}}}""";
        return await bench.RunAsync($$"""{"tool": {"kind": "transform", "result": 1}, "sink": {"tool": "postgres", "auth": "RESULTS_DB", {{sink[1..]}}}""");
    }
}
