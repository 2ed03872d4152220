using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>Lists of executions and of iterations: by keyset, so that pages together hold each once.</summary>
public abstract class ListingContract : EventLogContract
{
    private const long Run = 2;

    [Fact]
    public async Task Executions_are_listed_newest_first_and_pages_hold_each_once()
    {
        var created = new List<ExecutionId>();
        for (var i = 0; i < 7; i++) created.Add(await Log.CreateAsync(Build.Execution(), Stop));
        var seen = new List<ExecutionId>();
        ExecutionId? before = null;
        while (await Reader.ListAsync(new ExecutionQuery(3, before), Stop) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(header => header.Id));
            before = page[^1].Id;
        }

        Assert.Equal(created.OrderByDescending(id => id), seen);
    }

    [Fact]
    public async Task Executions_are_found_by_namespace_playbook_and_phase_together()
    {
        var wanted = await Log.CreateAsync(Build.Execution() with { Namespace = "team", Playbook = "sweep" }, Stop);
        await Log.CreateAsync(Build.Execution() with { Namespace = "team" }, Stop);
        await Log.CreateAsync(Build.Execution() with { Playbook = "sweep" }, Stop);
        var running = await Log.CreateAsync(Build.Execution() with { Namespace = "team", Playbook = "sweep" }, Stop);
        await Log.AppendedAsync(running, Build.Begin(total: 1, dispatched: 1));

        Assert.Equal(3, (await Reader.ListAsync(new ExecutionQuery(10) { Namespace = "team" }, Stop)).Count);
        Assert.Equal(3, (await Reader.ListAsync(new ExecutionQuery(10) { Playbook = "sweep" }, Stop)).Count);
        var pending = await Reader.ListAsync(new ExecutionQuery(10) { Namespace = "team", Playbook = "sweep", Phase = ExecutionPhase.Pending }, Stop);
        Assert.Equal([wanted], pending.Select(header => header.Id));
        var named = await Log.CreateAsync(Build.Execution() with { Name = "nightly" }, Stop);
        Assert.Equal([named], (await Reader.ListAsync(new ExecutionQuery(10) { Name = "nightly" }, Stop)).Select(header => header.Id));
        Assert.Empty(await Reader.ListAsync(new ExecutionQuery(10) { Phase = ExecutionPhase.Failed }, Stop));
    }

    [Fact]
    public async Task A_list_tells_how_far_the_loops_of_each_execution_are()
    {
        var idle = await Log.CreateAsync(Build.Execution(), Stop);
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 10, dispatched: 5));
        await Log.IngestAsync(id, [Build.Done(Run, 3, "{\"a\":1}"), Build.Done(Run, 0, "1"), Build.Failed(Run, 1)], Stop);

        var listed = await Reader.ListAsync(new ExecutionQuery(10), Stop);

        Assert.Equal([(id, new LoopProgress(10, 2, 1)), (idle, LoopProgress.None)], listed.Select(header => (header.Id, header.Progress)));
    }

    [Fact]
    public async Task An_iteration_has_one_row_wherever_it_stands()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 10, dispatched: 5));
        await Log.IngestAsync(id, [Build.Done(Run, 3, "{\"a\":1}"), Build.Failed(Run, 1), Build.Waiting(Run, 2)], Stop);

        var rows = await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100), Stop);

        Assert.Equal(
            [(0L, IterationStatus.Running), (1L, IterationStatus.Failed), (2L, IterationStatus.Pending), (3L, IterationStatus.Completed), (4L, IterationStatus.Running)],
            rows.Select(row => (row.Index, row.Status)));
        Assert.Equal(("no luck", """{"a":1}"""), (rows[1].Error, rows[3].Result?.GetRawText().Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal(2, rows[2].Attempt);
        Assert.Equal([2L, 3L], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(2, 2), Stop)).Select(row => row.Index));
        foreach (var (status, index) in new[] { (IterationStatus.Failed, 1L), (IterationStatus.Pending, 2L), (IterationStatus.Completed, 3L) })
            Assert.Equal([index], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100) { Status = status }, Stop)).Select(row => row.Index));
        Assert.Equal([4L], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(1, 100) { Status = IterationStatus.Running }, Stop)).Select(row => row.Index));
    }

    [Fact]
    public async Task An_iteration_is_found_by_the_name_of_its_element()
    {
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        await Log.AppendedAsync(id, Build.Begin(total: 3, dispatched: 2) with
        {
            Collections = new Dictionary<long, IReadOnlyList<System.Text.Json.JsonElement>> { [-2] = [Build.Json("1"), Build.Json("2"), Build.Json("3")] },
            Keys = new Dictionary<long, IReadOnlyList<string>> { [-2] = ["anna", "bert", "carl"] },
        });
        await Log.IngestAsync(id, [Build.Failed(Run, 1)], Stop);

        var found = Assert.Single(await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100) { Key = "bert" }, Stop));
        Assert.Equal((1L, "bert", IterationStatus.Failed), (found.Index, found.Key, found.Status));
        // Known, but not started; and not known at all.
        Assert.Empty(await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100) { Key = "carl" }, Stop));
        Assert.Empty(await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100) { Key = "dora" }, Stop));
        Assert.Equal(["anna", "bert"], (await Reader.ListIterationsAsync(id, Run, new IterationQuery(0, 100), Stop)).Select(row => row.Key));
    }
}
