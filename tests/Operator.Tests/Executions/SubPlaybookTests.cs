using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>The tool <c>playbook</c> on a cluster: children are Executions of their own.</summary>
[Collection(WholeOperator.Name)]
public sealed class SubPlaybookTests : IAsyncLifetime
{
    private const string Score = "{schema: {properties: {user: {type: integer}}}, workflow: [{step: score, tool: {kind: transform, result: '{{ workload.user * 10 }}'}}]}";
    private const string Each =
        "workflow: [{step: each, loop: {in: [1, 2, 3, 4], iterator: user, mode: async}, tool: {kind: playbook, name: child, args: {user: '{{ user }}'}}}]";

    /// <summary>Works until it is told to end: nobody runs its Job.</summary>
    private const string Slow = "workflow: [{step: wait, tool: {kind: http, url: 'http://example.invalid/'}}]";

    private OperatorUnderTest _operator = null!;

    public async ValueTask InitializeAsync() => _operator = await OperatorUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _operator.DisposeAsync();

    [Fact]
    public async Task D10_four_users_give_four_child_executions_and_four_results_in_order()
    {
        _operator.Playbook("child", Score);
        _operator.Playbook("parent", Each);
        _operator.Execution("one", "playbook: parent");
        var ended = await _operator.FinishedAsync("one");
        Assert.Equal("Completed", OperatorUnderTest.Phase(ended));
        var children = _operator.Children("one");
        Assert.Equal([0L, 1, 2, 3], children.Select(child => (long)child["spec"]!["parentExecution"]!["index"]!));
        Assert.All(children, child => Assert.True(((string)child["metadata"]!["name"]!).Length <= 63));
        var id = (string)ended["status"]!["executionId"]!;
        Assert.Equal(4, await _operator.NumberAsync($"SELECT count(*) FROM execution WHERE parent_id = {id} AND phase = 'Completed'"));
        Assert.Equal(
            4, await _operator.NumberAsync($"SELECT count(*) FROM event WHERE execution_id = {id} AND event_type = 'iteration.completed' AND result = to_jsonb((iteration_index + 1) * 10)"));
        Assert.Equal(4, await _operator.NumberAsync($"SELECT count(DISTINCT execution_id) FROM event WHERE parent_execution_id = {id}"));
        Assert.Empty(_operator.Jobs());
    }

    [Fact]
    public async Task D11_a_failing_child_fails_the_step_with_its_message()
    {
        _operator.Playbook("child", "workflow: [{step: break, tool: {kind: transform, result: '{{ missing.thing }}'}}]");
        _operator.Playbook("parent", "workflow: [{step: call, tool: {kind: playbook, name: child}}]");
        _operator.Execution("one", "playbook: parent");
        var ended = await _operator.FinishedAsync("one");
        Assert.Equal("Failed", OperatorUnderTest.Phase(ended));
        var child = Assert.Single(_operator.Children("one"));
        Assert.Equal("Failed", OperatorUnderTest.Phase(child));
        Assert.Contains(OperatorUnderTest.Message(child)!, OperatorUnderTest.Message(ended), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_the_parent_cancels_its_children()
    {
        _operator.Playbook("child", Slow);
        _operator.Playbook("parent", Each);
        _operator.Execution("one", "playbook: parent");
        await OperatorUnderTest.UntilAsync("4 children run", () => _operator.Children("one").Count(child => OperatorUnderTest.Phase(child) == "Running") == 4);
        _operator.Execution("one", "cancel: true");
        Assert.Equal("Cancelled", OperatorUnderTest.Phase(await _operator.FinishedAsync("one")));
        await OperatorUnderTest.UntilAsync("all children are cancelled", () => _operator.Children("one").All(child => OperatorUnderTest.Phase(child) == "Cancelled"));
    }

    [Fact]
    public async Task Suspending_the_parent_suspends_its_children_and_resuming_resumes_them()
    {
        _operator.Playbook("child", Slow);
        _operator.Playbook("parent", "workflow: [{step: call, tool: {kind: playbook, name: child}}]");
        _operator.Execution("one", "playbook: parent");
        await OperatorUnderTest.UntilAsync("the child runs", () => _operator.Children("one").Any(child => OperatorUnderTest.Phase(child) == "Running"));
        _operator.Execution("one", "suspend: true");
        await OperatorUnderTest.UntilAsync("the child is suspended", () => OperatorUnderTest.Phase(_operator.Children("one")[0]) == "Suspended");
        _operator.Execution("one", "suspend: false");
        await OperatorUnderTest.UntilAsync("the child runs again", () => OperatorUnderTest.Phase(_operator.Children("one")[0]) == "Running");
    }

    [Fact]
    public async Task A_child_that_was_deleted_by_hand_is_lost_and_replaced()
    {
        _operator.Playbook("child", Slow);
        _operator.Playbook("parent", "workflow: [{step: call, tool: {kind: playbook, name: child}}]");
        _operator.Execution("one", "playbook: parent");
        await OperatorUnderTest.UntilAsync("the child runs", () => _operator.Children("one").Any(child => OperatorUnderTest.Phase(child) == "Running"));
        var first = (string)_operator.Children("one")[0]["metadata"]!["name"]!;
        _operator.DeleteExecution(first);
        await OperatorUnderTest.UntilAsync("another child runs", () => _operator.Children("one").Any(child => (string)child["metadata"]!["name"]! != first));
        Assert.Equal(1, await _operator.NumberAsync("SELECT count(*) FROM iteration WHERE losses = 1 AND fence = 2"));
    }

    [Fact]
    public async Task A_child_is_tried_again_under_another_name_when_the_retry_says_so()
    {
        _operator.Playbook("child", "workflow: [{step: break, tool: {kind: transform, result: '{{ missing.thing }}'}}]");
        _operator.Playbook("parent", "workflow: [{step: call, tool: {kind: playbook, name: child}, retry: {on_error: {when: \"error.kind == 'Playbook'\", max_attempts: 3, initial_delay: 0.01}}}]");
        _operator.Execution("one", "playbook: parent");
        Assert.Equal("Failed", OperatorUnderTest.Phase(await _operator.FinishedAsync("one")));
        Assert.Equal(3, _operator.Children("one").Count);
        Assert.Equal(2, await _operator.NumberAsync("SELECT count(*) FROM event WHERE event_type = 'call.retry'"));
    }

    [Theory]
    [InlineData("name: nowhere", "no Playbook 'nowhere'")]
    [InlineData("name: parent", "inside itself: parent → parent")]
    [InlineData("name: child, return_step: scor", "did you mean score?")]
    [InlineData("name: child, args: {user: ann}", "workload.user: must be an integer")]
    public async Task What_can_be_told_before_a_child_exists_fails_the_step_at_once(string tool, string expected)
    {
        _operator.Playbook("child", Score);
        _operator.Playbook("parent", $"workflow: [{{step: call, tool: {{kind: playbook, {tool}}}, retry: {{on_error: {{when: 'true', max_attempts: 3}}}}}}]");
        _operator.Execution("one", "playbook: parent");
        var ended = await _operator.FinishedAsync("one");
        Assert.Contains(expected, OperatorUnderTest.Message(ended), StringComparison.Ordinal);
        Assert.Empty(_operator.Children("one"));
    }

    [Fact]
    public async Task Playbooks_may_be_nested_ten_deep_and_no_deeper()
    {
        for (var depth = 0; depth < 12; depth++) _operator.Playbook($"level-{depth}", $"workflow: [{{step: down, tool: {{kind: playbook, name: level-{depth + 1}}}}}]");
        _operator.Playbook("level-12", Score);
        _operator.Execution("one", "playbook: level-0");
        var ended = await _operator.FinishedAsync("one");
        Assert.Contains("nested 10 deep: level-0 → level-1", OperatorUnderTest.Message(ended), StringComparison.Ordinal);
        Assert.Equal(11, _operator.Executions().Count);
    }

    [Fact]
    public async Task C11_nested_loops_multiply_also_when_the_operator_restarts_in_between()
    {
        _operator.Playbook("child", "workflow: [{step: inner, loop: {in: '{{ range(3) }}', mode: async}, tool: {kind: playbook, name: leaf, args: {user: '{{ item }}'}}}]");
        _operator.Playbook("leaf", Score);
        _operator.Playbook("parent", Each);
        _operator.Execution("one", "playbook: parent");
        await OperatorUnderTest.UntilAsync("children exist", () => _operator.Children("one").Count > 0);
        await _operator.StopOperatorAsync();
        await _operator.StartOperatorAsync();
        Assert.Equal("Completed", OperatorUnderTest.Phase(await _operator.FinishedAsync("one")));
        Assert.Equal(17, _operator.Executions().Count);
        Assert.Equal(12, await _operator.NumberAsync("SELECT count(*) FROM execution WHERE playbook = 'leaf' AND phase = 'Completed'"));
    }
}
