using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Runs over a database whose process dies, and what <c>--resume</c> makes of them: nothing is recorded twice, and nothing is missing.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private readonly PlaybookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_loop_of_20000_whose_process_was_killed_is_gone_on_with_and_counts_exactly()
    {
        await using var database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        var events = _folder.Path("events.ndjson");
        var file = _folder.Playbook("""
            - step: many
              loop: {in: "{{ range(20000) }}", mode: async, maxParallel: 16, workers: pool, rateLimit: {perSecond: 3000}, aggregate: {sum: "{{ result }}"}}
              tool: {kind: transform, result: "{{ item }}"}
            """);
        using var process = PlaybookCommand.Start("run", file, "--store", database.ConnectionString, "--events", events);
        await MarkedProcesses.UntilAsync(() => File.Exists(events) && File.ReadLines(events).Count() > 2_000, "events in the file");
        await KillAsync(process);
        var id = await NumberAsync(database, "SELECT max(id) FROM execution");
        // The file is written as the log is: whole lines, from the first event on.
        var lines = (await File.ReadAllTextAsync(events, TestContext.Current.CancellationToken)).Split('\n')[..^1].Select(line => JsonElement.Parse(line)).ToList();
        Assert.InRange(lines.Count, 2_000, 19_999);
        Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(line => line.GetProperty("event_id").GetInt32()));

        var refused = await PlaybookCommand.RunAsync("run", "--resume", $"{id}", "--store", database.ConnectionString);
        var other = await PlaybookCommand.RunAsync("run", _folder.Playbook("- step: other"), "--resume", $"{id}", "--store", database.ConnectionString);
        var outcome = await ResumeAsync(database, id, "--events", events);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("when its lease ends", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("runs another playbook", other.Errors, StringComparison.Ordinal);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(199_990_000, outcome.Result("many").GetProperty("aggregates").GetProperty("sum").GetProperty("sum").GetDouble());
        Assert.Equal(20_000, await NumberAsync(database, "SELECT count(*) FROM event WHERE event_type = 'iteration.completed'"));
        Assert.Equal(20_000, await NumberAsync(database, "SELECT count(DISTINCT iteration_index) FROM event WHERE event_type = 'iteration.completed'"));
        Assert.Equal(1, await NumberAsync(database, "SELECT count(*) FROM event WHERE event_type IN ('playbook.completed', 'playbook.failed', 'execution.cancelled')"));
        Assert.Equal(await NumberAsync(database, "SELECT count(*) FROM event"), File.ReadLines(events).Count());
        Assert.Equal(0, (await PlaybookCommand.RunAsync("replay", events)).ExitCode);
        var again = await PlaybookCommand.RunAsync("run", "--resume", $"{id}", "--store", database.ConnectionString);
        Assert.Equal((2, $"playbook: --resume: execution {id} has ended as Completed.\n"), (again.ExitCode, again.Errors));
    }

    [Fact]
    public async Task Shell_steps_and_a_sub_playbook_go_on_without_their_files()
    {
        await using var database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        var (log, go) = (_folder.Path("log"), _folder.Path("go"));
        _folder.Write("child.yaml", $$$"""
            {kind: Playbook, metadata: {name: child}, workflow: [
              {step: first, tool: {kind: shell, cmds: "echo child >> {{{log}}}"}, next: [second]},
              {step: second, tool: {kind: shell, cmds: "echo wait >> {{{log}}}; while [ ! -e {{{go}}} ]; do sleep 0.05; done; echo second >> {{{log}}}"}}
            ]}
            """);
        var file = _folder.Playbook($$$"""
            - step: before
              tool: {kind: shell, cmds: "echo before >> {{{log}}}"}
              next: [call]
            - step: call
              tool: {kind: playbook, name: child}
              next: [after]
            - step: after
              tool: {kind: shell, cmds: "echo {{ secret.WORD }} >> {{{log}}}"}
            """, "secrets: [{name: WORD, secretKeyRef: {name: s, key: k}}]");
        using var process = PlaybookCommand.Start("run", file, "--store", database.ConnectionString, "--secret", "WORD=after");
        await MarkedProcesses.UntilAsync(() => File.Exists(log) && File.ReadLines(log).Contains("wait"), "the child's second step");
        await KillAsync(process);
        File.Delete(_folder.Path("child.yaml"));
        File.Delete(file);
        var id = await NumberAsync(database, "SELECT min(id) FROM execution");
        await UntilFreeAsync(database, id);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);

        var outcome = await ResumeAsync(database, id, "--secret", "WORD=after");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        // The step that ran when the process died is run again, and no other.
        Assert.Equal(["before", "child", "wait", "wait", "second", "after"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
        Assert.Equal(2, await NumberAsync(database, "SELECT count(*) FROM execution WHERE phase = 'Completed'"));
        Assert.Equal(2, await NumberAsync(database, "SELECT count(*) FROM execution"));
        Assert.Equal(5, await NumberAsync(database, "SELECT count(*) FROM event WHERE event_type = 'call.done'"));
    }

    [Fact]
    public async Task A_run_waits_for_a_database_that_restarts()
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions());
        await using var database = await postgres.CreateDatabaseAsync();
        var file = _folder.Playbook("""
            - step: some
              loop: {in: "{{ range(60) }}", mode: async, maxParallel: 4}
              tool: {kind: shell, cmds: "sleep 0.1"}
            """);
        using var process = PlaybookCommand.Start("run", file, "--store", database.ConnectionString, "--timeout", "80s");
        await UntilAsync(database, "SELECT count(*) FROM event WHERE event_type = 'iteration.completed'", count => count > 5);
        NpgsqlConnection.ClearAllPools();

        await postgres.RestartAsync();

        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, errors);
        Assert.Equal(60, await NumberAsync(database, "SELECT count(DISTINCT iteration_index) FROM event WHERE event_type = 'iteration.completed'"));
        Assert.Equal(60, await NumberAsync(database, "SELECT count(*) FROM event WHERE event_type = 'iteration.completed'"));
    }

    [Fact]
    public async Task A_run_whose_database_stays_away_ends_after_its_timeout()
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions());
        await using var database = await postgres.CreateDatabaseAsync();
        var file = _folder.Playbook("""
            - step: some
              loop: {in: "{{ range(1000) }}", mode: async, maxParallel: 4}
              tool: {kind: shell, cmds: "sleep 0.1"}
            """);
        using var process = PlaybookCommand.Start("run", file, "--store", database.ConnectionString, "--timeout", "4s");
        await UntilAsync(database, "SELECT count(*) FROM event WHERE event_type = 'iteration.completed'", count => count > 0);
        NpgsqlConnection.ClearAllPools();
        await postgres.StopAsync();

        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await postgres.ContinueAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("The run goes on when the database is back.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--resume needs the --store", "run", "--resume", "1")]
    [InlineData("run needs a FILE", "run")]
    public async Task Options_that_do_not_go_together_are_told(string sentence, params string[] arguments)
    {
        var outcome = await PlaybookCommand.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>As soon as the lease of the process that died has ended.</summary>
    private static async Task<CommandOutcome> ResumeAsync(PrivateDatabase database, long id, params string[] more)
    {
        await UntilFreeAsync(database, id);
        return await PlaybookCommand.RunAsync(["run", "--resume", $"{id}", "--store", database.ConnectionString, "--output", "json", .. more]);
    }

    private static Task UntilFreeAsync(PrivateDatabase database, long id) =>
        UntilAsync(database, $"SELECT count(*) FROM runner WHERE execution_id = {id} AND until > clock_timestamp()", count => count == 0);

    private static async Task KillAsync(Process process)
    {
        await MarkedProcesses.SignalAsync(process, "KILL");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(PrivateDatabase database, string query, Func<long, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            try
            {
                if (holds(await NumberAsync(database, query))) return;
            }
            catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // The process has not made its tables yet.
            }

            Assert.False(patience.IsCancellationRequested, $"waited in vain: {query}");
            await Task.Delay(s_look, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<long> NumberAsync(PrivateDatabase database, string query)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(query, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }
}
