using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

/// <summary>Templates that work through giants: they end, can be ended, and do not keep others from their turn.</summary>
public sealed class LongDecisionTests : IDisposable
{
    private const string Burn = "{% set t = 'x' * 800000 %}{% for i in range(1000000) %}{% for j in range(1000000) %}{% if t[7] == 'y' %}{% endif %}{% endfor %}{% endfor %}";

    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Who_shares_its_thread_is_told_that_a_decision_takes_long_and_nothing_of_it_is_done()
    {
        var id = await _engine.CreateAsync($"workflow: [{{step: burn, tool: {{kind: transform, result: \"{Burn}\"}}}}]");

        await Assert.ThrowsAsync<DecisionTooLongException>(() => _engine.Reconciler.PassAsync(id, Intent.Run, DecidingPlace.HereIfShort, CancellationToken.None, CancellationToken.None));

        Assert.Empty(await _engine.EventsAsync());
        var pass = await EndAsync(id);
        Assert.Equal(ExecutionPhase.Failed, pass.State.Phase);
        Assert.Contains("more than 5000000 steps", (await _engine.EventsAsync()).Single(happened => happened.Type == EventType.CallError).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_long_steps_gives_others_their_turn_between_any_two()
    {
        var steps = Enumerable.Range(0, 5).Select(place =>
            $"{{step: s{place}, tool: {{kind: transform, result: \"{Burn}\"}}, case: [{{when: \"{{{{ event.name == 'call.error' }}}}\", then: {{next: s{place + 1}}}}}]}}");
        var id = await _engine.CreateAsync($"workflow: [{string.Join(", ", steps)}, {{step: s5}}]");

        var passes = 0;
        PassResult pass;
        do
        {
            pass = await _engine.Reconciler.PassAsync(id, Intent.Run, DecidingPlace.OwnThread, CancellationToken.None, CancellationToken.None);
            passes++;
            Assert.True(pass.State.IsTerminal || pass.WakeAt <= _engine.Time.GetUtcNow());
        }
        while (!pass.State.IsTerminal);

        Assert.Equal(ExecutionPhase.Completed, pass.State.Phase);
        Assert.InRange(passes, 5, 7);
    }

    [Fact]
    public async Task A_thousand_branches_do_not_make_one_decision()
    {
        var branches = string.Join(", ", Enumerable.Range(0, 20).Select(place => $"b{place}"));
        var steps = string.Join(", ", Enumerable.Range(0, 20).Select(place => $"{{step: b{place}, tool: {{kind: transform, result: \"{Burn}\"}}, case: [{{when: \"{{{{ error }}}}\", then: {{result: 1}}}}]}}"));
        var id = await _engine.CreateAsync($"workflow: [{{step: start, next: [{branches}]}}, {steps}]");

        var pass = await _engine.Reconciler.PassAsync(id, Intent.Run, DecidingPlace.OwnThread, CancellationToken.None, CancellationToken.None);

        Assert.False(pass.State.IsTerminal);
        Assert.InRange((await _engine.EventsAsync()).Count(happened => happened.Type == EventType.CallError), 1, 2);
    }

    [Fact]
    public async Task A_stop_ends_a_decision_under_way_and_leaves_the_log_as_it_was()
    {
        var id = await _engine.CreateAsync($"workflow: [{{step: burn, tool: {{kind: transform, result: \"{Burn}\"}}}}]");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _engine.Reconciler.PassAsync(id, Intent.Run, DecidingPlace.Here, new CancellationToken(canceled: true), CancellationToken.None));

        Assert.Empty(await _engine.EventsAsync());
        var pass = await _engine.Reconciler.PassAsync(id, Intent.Run with { Cancel = true }, DecidingPlace.Here, CancellationToken.None, CancellationToken.None);
        Assert.Equal(ExecutionPhase.Cancelled, pass.State.Phase);
    }

    [Fact]
    public async Task A_filter_over_many_elements_has_a_bound_of_its_own()
    {
        var id = await _engine.CreateAsync(
            "workflow: [{step: pick, loop: {in: '{{ range(1000000) }}', iterator: i, where: \"{{ range(1000) | sum > i }}\"}, tool: {kind: noop}}]");

        var pass = await EndAsync(id);

        Assert.Equal(ExecutionPhase.Failed, pass.State.Phase);
        Assert.Contains("where: template, line 1, column", pass.State.Message, StringComparison.Ordinal);
        Assert.Contains("steps together", pass.State.Message, StringComparison.Ordinal);
    }

    private async Task<PassResult> EndAsync(ExecutionId id)
    {
        PassResult pass;
        do pass = await _engine.Reconciler.PassAsync(id, Intent.Run, DecidingPlace.OwnThread, CancellationToken.None, CancellationToken.None);
        while (!pass.State.IsTerminal);
        return pass;
    }
}
