using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Playbooks;

[Collection(WholeOperator.Name)]
public sealed class CeilingTests
{
    [Fact]
    public async Task A_playbook_that_asks_for_more_than_the_ceiling_is_ready_and_told_so()
    {
        await using var one = await OperatorUnderTest.StartAsync(("Limits:MaxIterations", "3"));
        one.Playbook("greedy", """
            limits: {maxIterations: 100}
            workflow: [{step: all, loop: {in: "{{ range(5) }}"}, tool: {kind: transform, result: 1}}]
            """);
        await OperatorUnderTest.UntilAsync("greedy is ready", () => Ready(one.FindPlaybook("greedy")) is not null);
        var ready = Ready(one.FindPlaybook("greedy"))!;
        Assert.Equal(
            ("True", "limits.maxIterations: warning: asks for 100, and this operator's ceiling is 3, which holds."),
            ((string)ready["status"]!, (string)ready["message"]!));

        one.Execution("first", "playbook: greedy");
        var ended = await one.FinishedAsync("first");
        Assert.Equal("Failed", OperatorUnderTest.Phase(ended));
        Assert.Contains("3", OperatorUnderTest.Message(ended), StringComparison.Ordinal);
        Assert.Equal("True", (string)Ready(one.FindPlaybook("greedy"))!["status"]!);
        Assert.Contains("ceiling is 3", (string)Ready(one.FindPlaybook("greedy"))!["message"]!, StringComparison.Ordinal);
    }

    private static JsonNode? Ready(JsonObject? playbook) =>
        playbook?["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string)condition!["type"]! == "Ready");
}
