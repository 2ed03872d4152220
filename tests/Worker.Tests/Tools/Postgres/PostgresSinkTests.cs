using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

public sealed class PostgresSinkTests(SampleFixture sample, PostgresFixture postgres)
{
    [Theory]
    [InlineData("t", "it's \"quoted\" \\ and `ticked`", "it's \"quoted\" \\ and `ticked`")]
    [InlineData("t", "'); DROP TABLE shop.kinds; --", "'); DROP TABLE shop.kinds; --")]
    [InlineData("t", "$1 @p {{ x }} %s", "$1 @p {{ x }} %s")]
    [InlineData("t", "Zoë 😀 \u4f60\u597d\nline", "Zoë 😀 \u4f60\u597d\nline")]
    [InlineData("t", "null", "null")]
    [InlineData("t", "", "")]
    [InlineData("t", null, null)]
    [InlineData("j", null, null)]
    [InlineData("i", "5", "5")]
    [InlineData("i", 5, "5")]
    [InlineData("i", 5.0, "5")]
    [InlineData("b", "9007199254740993", "9007199254740993")]
    [InlineData("n", "0.125", "0.125")]
    [InlineData("n", 12345678.125, "12345678.125")]
    [InlineData("t", true, "true")]
    [InlineData("ok", true, "t")]
    [InlineData("ok", "no", "f")]
    [InlineData("j", true, "true")]
    [InlineData("j", "plain", "\"plain\"")]
    [InlineData("j", "5", "\"5\"")]
    [InlineData("j", "null", "\"null\"")]
    [InlineData("j", 5, "5")]
    [InlineData("j", "{\"a\": [1]}", "{\"a\": [1]}")]
    [InlineData("j", "{not json", "\"{not json\"")]
    [InlineData("d", "2024-02-29", "2024-02-29")]
    [InlineData("u", "0B0E7C3A-0000-4000-8000-000000000001", "0b0e7c3a-0000-4000-8000-000000000001")]
    [InlineData("Odd \"name", "here", "here")]
    public async Task A_value_arrives_as_the_column_wants_it(string column, object? value, string? stored)
    {
        var tag = Guid.NewGuid().ToString();
        var element = JsonSerializer.Serialize(value);
        var report = await WriteAsync($$"""{"table": "shop.kinds", "data": {"tag": "{{tag}}", {{JsonSerializer.Serialize(column)}}: "{{"{{ item }}"}}"} }""", element);
        Assert.Null(report.Error);
        Assert.Equal(EventType.SinkDone, Assert.Single(report.Notes).Type);
        var quoted = column.Replace("\"", "\"\"", StringComparison.Ordinal);
        Assert.Equal(stored, await postgres.ReadAsync($"""SELECT "{quoted}" FROM shop.kinds WHERE tag = '{tag}'"""));
    }

    [Theory]
    [InlineData("j", """{"a":{"b":[1,2.5,null,"x"]}}""", """{"a": {"b": [1, 2.5, null, "x"]}}""")]
    [InlineData("js", """{"b":1,"a":2}""", """{"b":1,"a":2}""")]
    [InlineData("t", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("tags", """["a","b,\"c\\",null,"NULL"]""", """{a,"b,\"c\\",NULL,"NULL"}""")]
    [InlineData("nums", "[1,2]", "{1,2}")]
    [InlineData("tags", "[]", "{}")]
    public async Task F3_structures_go_into_json_text_and_array_columns(string column, string value, string stored)
    {
        var tag = Guid.NewGuid().ToString();
        var report = await WriteAsync($$"""{"table": "shop.kinds", "data": {"tag": "{{tag}}", "{{column}}": "{{"{{ item }}"}}"} }""", value);
        Assert.Null(report.Error);
        Assert.Equal(stored, await postgres.ReadAsync($"SELECT {column} FROM shop.kinds WHERE tag = '{tag}'"));
    }

    [Theory]
    [InlineData("i", "\"five\"", "22P02")]
    [InlineData("i", "5.5", "22P02")]
    [InlineData("v", "\"too long\"", "22001")]
    [InlineData("tag", "null", "23502")]
    [InlineData("t", "\"a\\u0000b\"", "22021")]
    public async Task A_value_that_does_not_fit_fails_the_attempt_with_its_sqlstate(string column, string value, string code)
    {
        var report = await WriteAsync($$"""{"table": "shop.kinds", "data": {"v": "v", "{{column}}": "{{"{{ item }}"}}", "d": "2024-01-01"} }""", value);
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Sink, code), (report.Outcome, report.Error!.Kind, report.Error.Code));
        Assert.Equal(EventType.SinkError, Assert.Single(report.Notes).Type);
    }

    [Fact]
    public async Task A_list_of_maps_is_as_many_rows_and_absent_members_take_the_default()
    {
        var tag = Guid.NewGuid().ToString();
        var report = await WriteAsync("""{"table": "shop.kinds", "data": "{{ item }}"}""",
            $$"""[{"tag": "{{tag}}", "i": "1", "filled": "given"}, {"tag": "{{tag}}", "t": "two"}, {"tag": "{{tag}}", "i": 3, "filled": null}]""");
        Assert.Null(report.Error);
        Assert.Equal("1/-/given 2/two/default 3/-/-", await postgres.ReadAsync($"""
            SELECT string_agg(coalesce(i, 2) || '/' || coalesce(t, '-') || '/' || coalesce(filled, '-'), ' ' ORDER BY id) FROM shop.kinds WHERE tag = '{tag}'
            """));
    }

    [Fact]
    public async Task Upsert_changes_the_row_with_that_key_and_replace_puts_a_new_one_in_its_place()
    {
        var name = Guid.NewGuid().ToString();
        const string sink = """{"table": "shop.stock", "mode": "MODE", "key": ["name", "place"], "data": "{{ item }}"}""";
        var row = $$"""{"name": "{{name}}", "place": "a", "amount": AMOUNT}""";
        foreach (var (mode, amount) in new[] { ("upsert", 1), ("upsert", 2), ("replace", 3) })
        {
            var report = await WriteAsync(sink.Replace("MODE", mode, StringComparison.Ordinal), row.Replace("AMOUNT", $"{amount}", StringComparison.Ordinal));
            Assert.Null(report.Error);
            Assert.Equal($"{amount} 1", await postgres.ReadAsync($"SELECT max(amount) || ' ' || count(*) FROM shop.stock WHERE name = '{name}'"));
        }

        var twice = await WriteAsync(sink.Replace("MODE", "insert", StringComparison.Ordinal), row.Replace("AMOUNT", "9", StringComparison.Ordinal));
        Assert.Equal("23505", twice.Error!.Code);
    }

    [Fact]
    public async Task Upsert_of_key_columns_alone_does_nothing_to_an_existing_row()
    {
        var name = Guid.NewGuid().ToString();
        var sink = $$"""{"table": "shop.stock", "mode": "upsert", "key": ["name", "place"], "data": {"name": "{{name}}", "place": "b"} }""";
        Assert.Null((await WriteAsync(sink)).Error);
        Assert.Null((await WriteAsync(sink)).Error);
    }

    [Theory]
    [InlineData("shop.\\\"Mixed.Case\\\"", "\"Key\"")]
    [InlineData("\\\"shop\\\".\\\"Mixed.Case\\\"", "Key")]
    public async Task Quoted_names_are_taken_letter_by_letter(string table, string _)
    {
        var key = Guid.NewGuid().ToString();
        var report = await WriteAsync($$"""{"table": "{{table}}", "data": {"Key": "{{key}}", "VALUE": "{{_.Length}}"} }""");
        Assert.Null(report.Error);
        Assert.Equal("1", await postgres.ReadAsync($"""SELECT count(*) FROM shop."Mixed.Case" WHERE "Key" = '{key}'"""));
    }

    [Fact]
    public async Task A_domain_over_jsonb_is_json()
    {
        Assert.Null((await WriteAsync("""{"table": "shop.domains", "data": {"id": 1, "body": "text"}}""")).Error);
        Assert.Equal("\"text\"", await postgres.ReadAsync("SELECT body FROM shop.domains WHERE id = 1"));
    }

    [Fact]
    public async Task A_table_made_after_the_first_try_is_found()
    {
        const string sink = """{"table": "made_later", "data": {"a": 1}}""";
        using var bench = Bench("null");
        Assert.Equal(WorkErrorKind.Sink, (await bench.RunAsync(Task(sink))).Error!.Kind);
        await postgres.ExecuteAsync("CREATE TABLE made_later (a int)");
        Assert.Null((await bench.RunAsync(Task(sink))).Error);
    }

    [Theory]
    [InlineData("""{"table": "shop.kinds", "data": {"tag": "x", "nope": 1}}""", "has no column nope")]
    [InlineData("""{"table": "shop.none", "data": {"a": 1}}""", "does not exist")]
    [InlineData("""{"table": "{{ item }}", "data": {"a": 1}}""", "sink.table")]
    [InlineData("""{"table": "shop.kinds", "data": "{{ item }}"}""", "sink.data")]
    [InlineData("""{"table": "shop.kinds", "mode": "replace", "data": {"tag": "x"}}""", "sink.key")]
    public async Task Wrong_settings_say_what_is_wrong(string sink, string message)
    {
        var report = await WriteAsync(sink, "\"a..b\"");
        Assert.Equal(WorkOutcome.Failed, report.Outcome);
        Assert.Contains(message, report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_binds_its_parameters_by_place_or_by_name()
    {
        var tag = Guid.NewGuid().ToString();
        var byPlace = $$"""{"statement": "INSERT INTO shop.kinds (tag, i, j) VALUES ($1, $2, $3)", "params": ["{{tag}}", "7", {"a": 1}]}""";
        var byName = $$"""{"statement": "UPDATE shop.kinds SET i = i + @more WHERE tag = @tag", "params": {"tag": "{{tag}}", "more": 1} }""";
        Assert.Null((await WriteAsync(byPlace)).Error);
        Assert.Null((await WriteAsync(byName)).Error);
        Assert.Equal("8 {\"a\": 1}", await postgres.ReadAsync($"SELECT i || ' ' || j FROM shop.kinds WHERE tag = '{tag}'"));
    }

    private async Task<WorkReport> WriteAsync(string sink, string item = "null")
    {
        using var bench = Bench(item);
        return await bench.RunAsync(Task(sink));
    }

    private TaskBench Bench(string item)
    {
        var bench = new TaskBench(sample.Url) { Variables = "{\"item\": " + item + "}" };
        bench.Secrets["DB"] = postgres.ConnectionString;
        return bench;
    }

    private static string Task(string sink) =>
        "{\"tool\": {\"kind\": \"transform\", \"result\": 1}, \"sink\": {\"tool\": \"postgres\", \"auth\": \"DB\", " + sink[1..] + "}";
}
