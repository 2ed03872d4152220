using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Tests.Playbooks;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Core.Tests.Work;

public sealed class AssignmentComposerTests
{
    private const string Spec = """
        {"workload": {"host": "{{ secret.HOST }}", "url": "{{ workload.host }}/x", "big": [1, 2, 3], "n": 1}, "workflow": [
          {"step": "read", "tool": {"kind": "transform", "result": "1"}, "next": "ignored"},
          {"step": "ignored", "tool": {"kind": "transform", "result": "2"}, "next": "fetch"},
          {"step": "fetch", "loop": {"in": "{{ range(5, 8) }}", "iterator": "id"},
            "tool": {"kind": "http", "url": "{{ workload.url }}/{{ id }}/{{ read }}"}}]}
        """;

    [Fact]
    public void A_worker_gets_of_the_workload_only_what_its_templates_name_directly_or_through_others()
    {
        var assignment = Compose("""{"n": 2, "host": "http://given.test", "unknown": 3}""");
        Assert.Equal(["host", "url"], Names(assignment.WorkloadTemplate));
        Assert.Equal("""{"host":"http://given.test"}""", assignment.WorkloadValues.GetRawText());
    }

    [Fact]
    public void A_worker_gets_of_earlier_steps_only_those_that_its_templates_name()
    {
        var variables = Compose("{}").Variables;
        Assert.Equal("r", variables.GetProperty("read").GetString());
        Assert.False(variables.TryGetProperty("ignored", out _));
    }

    [Fact]
    public void An_iteration_knows_its_element_and_its_place()
    {
        var assignment = Compose("{}");
        Assert.Equal(7, assignment.Variables.GetProperty("id").GetInt32());
        Assert.Equal("""{"index":2,"index1":3,"first":false,"last":true,"length":3}""", assignment.Variables.GetProperty("loop").GetRawText());
        Assert.Equal(("7-9-2", 2, 4), (assignment.IterationId, assignment.Fence, assignment.AttemptsUsed));
    }

    [Fact]
    public void No_secret_is_carried_only_named() =>
        Assert.DoesNotContain("secret", Compose("{}").Variables.GetRawText(), StringComparison.Ordinal);

    private static Assignment Compose(string workload)
    {
        var plan = Compiling.Plan(Spec);
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var state = ExecutionState.Initial with
        {
            Steps = ExecutionState.Initial.Steps
                .Add("read", Ended("read", 3, "\"r\"", now)).Add("ignored", Ended("ignored", 6, "\"i\"", now))
                .Add("fetch", new StepRun { Step = "fetch", Epoch = 0, RunId = 9, Status = StepStatus.Running }),
            Loops = ExecutionState.Initial.Loops.Add(9, new LoopState { RunId = 9, Step = "fetch", Epoch = 0, Total = 3, Range = new LoopRange(5, 1), Cursor = 3 }),
        };
        var facts = new ExecutionFacts(new ExecutionId(7), "default", "run", "test", Compiling.Json(workload), now);
        var input = new AssignmentInput(
            new OpenWork(new WorkKey(9, 2), Fence: 2, AttemptsUsed: 4), null, InputPlanner.Plan(plan, state, plan.ByName["fetch"], takesReferences: true),
            ImmutableDictionary<long, IReadOnlyList<JsonElement?>>.Empty, ImmutableDictionary<WorkKey, JsonElement>.Empty);
        return AssignmentComposer.Compose(plan, facts, state, state.Steps["fetch"], input);
    }

    private static StepRun Ended(string step, long run, string result, DateTimeOffset at) => new()
    {
        Step = step,
        Epoch = 0,
        RunId = run,
        Status = StepStatus.Completed,
        CallEnded = true,
        Result = Compiling.Json(result),
        StartedAt = at,
        EndedAt = at,
    };

    private static IEnumerable<string> Names(JsonElement map) => map.EnumerateObject().Select(member => member.Name);
}
