using System.Text.Json;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

public sealed class PostgresToolTests(SampleFixture sample, PostgresFixture postgres)
{
    [Fact]
    public async Task Columns_of_common_types_come_back_as_json_values()
    {
        var result = await QueryAsync("""
            SELECT 1 AS i, 9007199254740993 AS b, 1.50::numeric AS n, 2.5::float8 AS f, true AS ok, 'x' AS t, NULL::int AS none, '{\"a\": [1]}'::jsonb AS j,
                   ARRAY['p','q,r',NULL] AS tags, ARRAY[1,2] AS nums, '2024-01-31 10:00:00+00'::timestamptz AT TIME ZONE 'UTC' AS at, 'NaN'::float8 AS nan
            """);
        Assert.Equal(1, result.GetProperty("row_count").GetInt32());
        Assert.Equal(12, result.GetProperty("columns").GetArrayLength());
        Assert.Equal(
            """{"i":1,"b":9007199254740993,"n":1.5,"f":2.5,"ok":true,"t":"x","none":null,"j":{"a":[1]},"tags":["p","q,r",null],"nums":[1,2],"at":"2024-01-31T10:00:00","nan":"NaN"}""",
            result.GetProperty("rows")[0].GetRawText());
    }

    [Fact]
    public async Task Several_statements_give_the_rows_of_the_first_that_has_any()
    {
        var result = await QueryAsync("CREATE TEMP TABLE several (a int); INSERT INTO several VALUES (2), (1); SELECT a FROM several ORDER BY a; DROP TABLE several");
        Assert.Equal("""{"rows":[{"a":1},{"a":2}],"row_count":2,"columns":["a"]}""", result.GetRawText());
    }

    [Fact]
    public async Task Times_carry_their_offset_and_bytes_and_other_types_are_text()
    {
        var result = await QueryAsync("""
            SELECT '2024-01-31 10:00:00.5+02'::timestamptz AT TIME ZONE 'UTC' || 'Z' AS utc, '2024-01-31 10:00:00+00'::timestamptz::text IS NOT NULL AS ok,
                   decode('00ff', 'hex') AS bytes, '1 day'::interval AS i, DATE '2024-01-31' AS d, ARRAY[]::int[] AS none
            """);
        Assert.Equal(
            """{"utc":"2024-01-31 08:00:00.5Z","ok":true,"bytes":"\\x00ff","i":"1 day","d":"2024-01-31","none":[]}""",
            result.GetProperty("rows")[0].GetRawText());
    }

    [Fact]
    public async Task Parameters_take_the_type_that_the_statement_needs()
    {
        var result = await QueryAsync("SELECT $1 + 1 AS a, $2 || '!' AS b, $3::jsonb->>'k' AS c, $4::text IS NULL AS d", """["41", "x'; DROP TABLE t; --", {"k": "v"}, null]""");
        Assert.Equal("""{"a":42,"b":"x'; DROP TABLE t; --!","c":"v","d":true}""", result.GetProperty("rows")[0].GetRawText());
    }

    [Fact]
    public async Task A_list_is_an_array_where_the_statement_wants_one_and_json_where_it_wants_that()
    {
        var result = await QueryAsync(
            "SELECT 2 = any($1::int[]) AS a, 'x,y' = any($2) AS b, jsonb_array_length($3::jsonb) AS c, $4::int + 1 AS d, cardinality($5::text[]) AS e",
            """[[1, 2], ["x,y", null, "q\"z"], [1, [2]], 5, []]""");
        Assert.Equal("""{"a":true,"b":true,"c":2,"d":6,"e":0}""", result.GetProperty("rows")[0].GetRawText());
    }

    [Fact]
    public async Task A_list_is_spelled_anew_when_the_type_that_the_statement_wants_has_changed()
    {
        const string Statement = "SELECT to_jsonb(items)::text AS items FROM lists WHERE items = $1";
        using var bench = Bench(TimeProvider.System);
        string Task(string query, string parameters = "[]") => "{\"tool\": {\"kind\": \"postgres\", \"auth\": \"DB\", \"query\": \"" + query + "\", \"params\": " + parameters + "}}";
        await bench.RunAsync(Task("CREATE TABLE IF NOT EXISTS lists (items int[]); INSERT INTO lists VALUES ('{1,2}')"));
        Assert.Equal(1, (await bench.RunAsync(Task(Statement, "[[1, 2]]"))).Result!.Value.GetProperty("row_count").GetInt32());
        await bench.RunAsync(Task("ALTER TABLE lists ALTER items TYPE jsonb USING to_jsonb(items)"));

        await bench.RunAsync(Task(Statement, "[[1, 2]]"));

        Assert.Equal(1, (await bench.RunAsync(Task(Statement, "[[1, 2]]"))).Result!.Value.GetProperty("row_count").GetInt32());
    }

    [Fact]
    public async Task A_statement_that_is_wrong_is_told_as_such_with_a_list_too()
    {
        var report = await RunAsync("SELECT nosuch = any($1)", """[[1]]""");
        Assert.Contains("42703", report.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_without_rows_tells_how_many_it_changed()
    {
        var result = await QueryAsync("WITH x AS (SELECT 1) INSERT INTO shop.stock (name, place) SELECT 'n' || g, md5(random()::text) FROM generate_series(1, 3) g");
        Assert.Equal("""{"rows":[],"row_count":3,"columns":[]}""", result.GetRawText());
    }

    [Fact]
    public async Task More_rows_than_allowed_are_cut_off_and_said_so()
    {
        var report = await RunAsync("SELECT g FROM generate_series(1, 3000000) g");
        var result = report.Result!.Value;
        Assert.Equal((1000, true), (result.GetProperty("row_count").GetInt32(), result.GetProperty("truncated").GetBoolean()));
        Assert.Equal(1, report.Warnings);
    }

    [Theory]
    [InlineData("SELEC 1", "42601", "syntax error", false)]
    [InlineData("SELECT * FROM nowhere", "42P01", "nowhere", false)]
    [InlineData("SELECT 1/0", "22012", "division by zero", false)]
    public async Task E6_broken_sql_keeps_the_servers_words_and_code(string query, string code, string words, bool retryable)
    {
        var error = (await RunAsync(query)).Error!;
        Assert.Equal((WorkErrorKind.Sql, code, retryable), (error.Kind, error.Code, error.Retryable));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("40001", 3)]
    [InlineData("57P01", 3)]
    [InlineData("53300", 3)]
    [InlineData("08006", 3)]
    [InlineData("42601", 1)]
    [InlineData("23505", 1)]
    public async Task Transient_sqlstates_are_retried_and_no_others(string code, int attempts)
    {
        using var bench = Bench(new QuickTimeProvider());
        var report = await bench.RunAsync($$"""
            {"tool": {"kind": "postgres", "auth": "DB", "query": "DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{{code}}'; END $$"}, "retry": true}
            """);
        Assert.Equal((code, attempts), (report.Error!.Code, report.Attempt));
    }

    [Fact]
    public async Task E5_a_server_that_is_away_is_retried()
    {
        using var bench = Bench(new QuickTimeProvider());
        bench.Secrets["DB"] = "postgres://nobody:secret-word@127.0.0.1:1/none";
        var report = await bench.RunAsync("""{"tool": {"kind": "postgres", "auth": "DB", "query": "SELECT 1"}, "retry": 2}""");
        Assert.Equal((WorkErrorKind.Network, 2), (report.Error!.Kind, report.Attempt));
        Assert.DoesNotContain("secret-word", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_statement_ends_at_its_timeout()
    {
        var error = (await RunAsync("SELECT pg_sleep(60)", more: ", \"timeout\": 0.2")).Error!;
        Assert.Equal((WorkErrorKind.Timeout, true), (error.Kind, error.Retryable));
    }

    [Theory]
    [InlineData("nonsense", "neither a postgres:// URI")]
    [InlineData("postgres://h/db?magic=1", "parameter magic")]
    [InlineData("dbname=x", "names no host")]
    public async Task A_connection_string_that_cannot_be_read_is_refused_without_showing_it(string connection, string reason)
    {
        using var bench = Bench(TimeProvider.System);
        bench.Secrets["DB"] = connection;
        var error = (await bench.RunAsync("""{"tool": {"kind": "postgres", "auth": "DB", "query": "SELECT 1"}}""")).Error!;
        Assert.Equal(WorkErrorKind.Configuration, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private async Task<JsonElement> QueryAsync(string query, string parameters = "[]")
    {
        var report = await RunAsync(query, parameters);
        Assert.Null(report.Error);
        return report.Result!.Value;
    }

    private async Task<WorkReport> RunAsync(string query, string parameters = "[]", string more = "")
    {
        using var bench = Bench(TimeProvider.System);
        return await bench.RunAsync("{\"tool\": {\"kind\": \"postgres\", \"auth\": \"DB\", \"query\": \"" + query.ReplaceLineEndings(" ") + "\", \"params\": " + parameters + more + "}}");
    }

    private TaskBench Bench(TimeProvider time)
    {
        var bench = new TaskBench(sample.Url, time);
        bench.Secrets["DB"] = postgres.ConnectionString;
        return bench;
    }
}
