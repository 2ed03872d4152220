using Npgsql;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>A secret's value is in nothing that a run leaves behind.</summary>
public sealed class SecretTests(SampleFixture sample, ResultsFixture database) : IDisposable
{
    private const string Secret = "p4ss/w?rd+of the~sea é";
    private readonly PlaybookFolder _folder = new();

    [Fact]
    public async Task F9_a_secret_is_in_no_row_no_event_and_no_output_however_it_is_spelled()
    {
        var playbook = _folder.Playbook(
            $$$"""
            - step: echo
              loop: {in: [1, 2], iterator: i, failurePolicy: collectAll}
              args: {token: "{{ secret.TOKEN }}"}
              tool:
                kind: shell
                env: {T: "{{ args.token }}", U: "{{ secret.TOKEN | urlencode }}", I: "{{ i }}"}
                cmds:
                - printf '%s\n%s\n' "$T" "$U"
                - printf '%s' "$T" | base64 -w0; echo
                - printf 'x%s' "$T" | base64 -w0; echo
                - printf 'xx%s' "user:$T" | base64 -w0; echo
                - printf '{"token":"%s","%s":1}\n' "$T" "$T"
                - test "$I" = 1 || { echo "bad $T" >&2; exit 9; }
              next: call
            - step: call
              tool: {kind: http, url: "{{{sample.Url}}}/nowhere/{{ secret.TOKEN | urlencode }}", params: {token: "{{ secret.TOKEN }}"}, auth: TOKEN, headers: {X-Token: "x"}}
              retry: {when: "true", max_attempts: 2, initial_delay: 0}
              case: [{when: "event.name == 'call.error'", then: {next: requests}}]
            - step: requests
              tool: {kind: http, url: "{{{sample.Url}}}/requests"}
              next: reach
            - step: reach
              tool: {kind: postgres, auth: DB, query: "SELECT $1::text AS token", params: ["{{ secret.TOKEN }}"]}
              next: wrong
            - step: wrong
              tool: {kind: postgres, auth: DB, query: "SELECT $1::int", params: ["{{ secret.TOKEN }}"]}
            """,
            """
            secrets:
            - {name: TOKEN, secretKeyRef: {name: api, key: token}}
            - {name: DB, secretKeyRef: {name: db, key: dsn}}
            """);
        var outcome = await PlaybookCommand.RunAsync(
            "run", playbook, "--secret", $"TOKEN={Secret}", "--secret", $"DB={database.ConnectionString}", "--store", database.ConnectionString,
            "--output", "json", "--events", _folder.Path("events"));

        Assert.True(outcome.Status == "FAILED" && outcome.Events("call.retry") == 1 && outcome.Result("reach").GetProperty("rows")[0].GetProperty("token").GetString() == "***", outcome.ToString());
        Assert.Contains("***", outcome.Result("echo").GetProperty("results")[0].GetProperty("stdout").GetString(), StringComparison.Ordinal);
        AssertClean("the output", outcome.Output + outcome.Errors);
        AssertClean("the events", await File.ReadAllTextAsync(_folder.Path("events"), TestContext.Current.CancellationToken));
        await foreach (var (table, row) in RowsAsync()) AssertClean(table, row);
    }

    [Fact]
    public async Task A_secret_that_was_not_given_is_asked_for_where_it_can_be_given()
    {
        var playbook = _folder.Write("listed.yaml", """
            kind: Playbook
            metadata: {name: listed}
            secrets: [{name: TOKEN, secretKeyRef: {name: api, key: token}}]
            workflow: [{step: a, tool: {kind: shell, cmds: 'true', env: {T: "{{ secret.TOKEN }}"}}}]
            """);
        var outcome = await PlaybookCommand.RunAsync("run", playbook, "--output", "json");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Secret TOKEN is not there: give it with --secret TOKEN=….", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("spec.secrets", outcome.Error, StringComparison.Ordinal);
    }

    private static void AssertClean(string where, string text)
    {
        var encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Secret));
        foreach (var spelling in (string[])[Secret, Uri.EscapeDataString(Secret), System.Net.WebUtility.UrlEncode(Secret), encoded.TrimEnd('='), "w?rd+of", "wP3JkK29m"])
            Assert.False(text.Contains(spelling, StringComparison.OrdinalIgnoreCase), $"{spelling} in {where}: {text[..Math.Min(text.Length, 2000)]}");
    }

    /// <summary>Every row of every table that a run may have written to.</summary>
    private async IAsyncEnumerable<(string Table, string Row)> RowsAsync()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        await using (var command = new NpgsqlCommand("SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')", connection))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) tables.Add(reader.GetString(0));
        Assert.Contains(tables, table => table.EndsWith("event", StringComparison.Ordinal));
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"SELECT t::text FROM {table} t", connection);
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) yield return (table, reader.GetString(0));
        }
    }

    public void Dispose() => _folder.Dispose();
}
