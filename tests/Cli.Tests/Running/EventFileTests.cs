using PlaybookOperator.Cli.Running;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>The file of <c>--events</c> beside a store that does not hand its events out.</summary>
public sealed class EventFileTests
{
    [Fact]
    public async Task What_was_being_copied_when_the_copying_was_stopped_is_copied_the_next_time()
    {
        using var folder = new PlaybookFolder();
        await using var database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        var outcome = await PlaybookCommand.RunAsync(
            "run", folder.Playbook("- step: only\n  tool: {kind: noop}"), "--output", "json", "--store", database.ConnectionString);
        Assert.True(ExecutionId.TryParse(outcome.Json.GetProperty("execution_id").GetString(), out var id), outcome.ToString());
        var path = folder.Path("events.ndjson");
        using var events = new EventFile(path);
        await using var store = await Store.OpenAsync(database.ConnectionString, events, TimeProvider.System, TextWriter.Null, TestContext.Current.CancellationToken);
        events.Expect(id, null);
        events.Changed(id);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => events.CopyAsync(store.Reader, new CancellationToken(canceled: true)));
        await events.CopyAsync(store.Reader, TestContext.Current.CancellationToken);
        events.Close();

        Assert.Equal(outcome.Json.GetProperty("events").GetProperty("total").GetInt32(), File.ReadLines(path).Count());
    }
}
