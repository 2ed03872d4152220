using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

/// <summary>Between the creation of a Job and the note of it in the log lies a moment in which the operator may die.</summary>
[Collection(WholeOperator.Name)]
public sealed class AdoptionTests : IAsyncLifetime
{
    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task Jobs_that_the_operator_created_and_did_not_live_to_note_are_known_to_its_successor()
    {
        await CreateAsync();
        await _operator.StopOperatorAsync();
        // As if it had been killed before it noted them.
        await _operator.NumberAsync("WITH gone AS (DELETE FROM job RETURNING 1) SELECT count(*) FROM gone");

        await _operator.StartOperatorAsync();

        await OperatorUnderTest.UntilAsync("both Jobs are known", async () => await _operator.NumberAsync("SELECT count(*) FROM job") == 2);
        var uids = _operator.Jobs().Select(job => $"'{(string?)job["metadata"]!["uid"]}'");
        Assert.Equal(2, await _operator.NumberAsync($"SELECT count(*) FROM job WHERE job_uid IN ({string.Join(',', uids)}) AND fence = 1"));
    }

    [Fact]
    public async Task A_Job_that_somebody_else_made_to_look_like_ours_is_not_taken_for_it()
    {
        await CreateAsync();
        var own = _operator.Jobs()[0];
        var forged = (JsonObject)own.DeepClone();
        forged["metadata"]!["name"] = "forged";
        forged["metadata"]!["uid"] = null;
        _operator.Cluster.Put("/apis/batch/v1/namespaces/team/jobs", forged);

        _operator.Execution("run", "{playbook: book, overrides: {loops: {walk: {maxParallel: 3}}}}");
        await OperatorUnderTest.UntilAsync("there has been another pass", async () => await _operator.NumberAsync("SELECT count(*) FROM job") >= 3);

        Assert.Equal(4, _operator.Jobs().Count);
        Assert.Equal(3, await _operator.NumberAsync("SELECT count(*) FROM job"));
    }

    private async Task CreateAsync()
    {
        _operator.Playbook("book", "workflow: [{step: walk, loop: {in: '{{ range(100) }}', mode: async, maxParallel: 2, workers: job}, tool: {kind: http, url: 'http://example.invalid/'}}]");
        _operator.Execution("run", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("two Jobs exist", () => _operator.Jobs().Count == 2);
        await OperatorUnderTest.UntilAsync("two Jobs are noted", async () => await _operator.NumberAsync("SELECT count(*) FROM job") == 2);
    }
}
