using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Acceptance;

/// <summary>Cases about playbooks that run playbooks.</summary>
public sealed class SubPlaybookCases(World world)
{
    private readonly Api _api = world.Api();

    [Fact]
    public async Task C11_a_loop_over_sub_playbooks_with_loops_multiplies_and_keeps_names_apart()
    {
        var outcome = await FamilyAsync("""
            - step: outer
              loop: {in: [1, 2, 3], mode: async}
              tool: {kind: playbook, name: inner, args: {factor: "{{ item }}"}, return_step: total}
              next: sum
            - step: sum
              tool: {kind: transform, result: "{{ outer.results | sum }}"}
            """, """
            - step: outer
              loop: {in: "{{ range(4) }}", mode: async}
              tool: {kind: http, url: $api/bad/echo, params: {factor: "{{ workload.factor }}", item: "{{ item }}", run_key: $key}}
              next: total
            - step: total
              tool: {kind: transform, result: "{{ (outer.results | length) * workload.factor }}"}
            """);

        outcome.Completed();
        Assert.Equal("[4,8,12]", outcome.Text("outer", "results"));
        Assert.Equal("24", outcome.Result("sum"));
        Assert.Equal(12, (await _api.RequestsAsync()).Count);
        Assert.Equal(3, outcome.Count("iteration.completed"));
    }

    [Fact]
    public async Task D10_four_users_are_four_children()
    {
        await using var store = await World.TablesAsync();
        var outcome = await FamilyAsync("""
            - step: each_user
              loop: {in: [{name: ada, age: 36}, {name: bob, age: 9}, {name: cid, age: 50}, {name: dot, age: 1}], iterator: user}
              tool: {kind: playbook, path: family/inner, args: {user: "{{ user }}"}, return_step: score}
            """, """
            - step: score
              tool: {kind: transform, result: {name: "{{ workload.user.name }}", score: "{{ workload.user.age * 2 }}"}}
            """, "--store", store.ConnectionString);

        outcome.Completed();
        Assert.Equal("""[{"name":"ada","score":72},{"name":"bob","score":18},{"name":"cid","score":100},{"name":"dot","score":2}]""", outcome.Text("each_user", "results"));
        var children = await store.RowsAsync(
            $"SELECT count(DISTINCT execution_id), min(parent_execution_id) FROM event WHERE parent_execution_id = {outcome.ExecutionId} AND event_type = 'playbook.completed'");
        Assert.Equal([$"4|{outcome.ExecutionId}"], children);
    }

    [Fact]
    public async Task D11_a_child_that_fails_fails_the_parents_step_and_both_say_why()
    {
        await using var store = await World.TablesAsync();
        var outcome = await FamilyAsync("""
            - step: call
              tool: {kind: playbook, name: inner}
              next: after
            - step: after
            """, """
            - step: broken
              tool: {kind: http, url: $api/errors, params: {error_type: 404, run_key: $key}}
            """, "--store", store.ConnectionString);

        outcome.Failed("call", "404");
        Assert.Equal("FAILED", outcome.StepStatus("call"));
        Assert.Equal(["2"], await store.RowsAsync("SELECT count(*) FROM event WHERE event_type = 'playbook.failed'"));
    }

    [Fact]
    public async Task D11_a_child_that_fails_can_be_handled()
    {
        var outcome = await FamilyAsync("""
            - step: call
              tool: {kind: playbook, name: inner}
              case: [{when: "event.name == 'call.error'", then: {set: {why: "{{ error.message }}"}, next: repair}}]
            - step: repair
              tool: {kind: transform, result: "{{ vars.why | length > 0 }}"}
            """, """
            - step: broken
              tool: {kind: transform, result: "{{ 1 / 0 }}"}
            """);

        Assert.Equal("true", outcome.Completed().Result("repair"));
    }

    /// <summary>A parent of these steps, and a child named <c>inner</c> beside it, below a folder.</summary>
    private async Task<Outcome> FamilyAsync(string parent, string child, params string[] arguments)
    {
        using var folder = new Folder();
        folder.Write("below/inner.yaml", "kind: Playbook\nmetadata: {name: inner, path: family/inner}\nworkflow:\n" + _api.Fill(child) + "\n");
        var file = folder.Write("parent.yaml", "kind: Playbook\nmetadata: {name: parent, path: family/parent}\nworkflow:\n" + _api.Fill(parent) + "\n");
        return await Run.FileAsync(file, arguments);
    }
}
