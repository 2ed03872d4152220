using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

/// <summary>Names of the context in an assignment as the operator composes it and a worker reads it: over the wire, with the task compiled again.</summary>
public sealed class ContextNameTests(SampleFixture sample)
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_names =
    [
        .. ContextNames.Table.Select(name => name.Name).Where(name => name is not ("secret" or "now")), "item", "items", "failed", "skipped", "later", "done", "work", "nosuchname",
    ];

    [Theory]
    [InlineData("", -1L, null, "attempt done iteration page")]
    [InlineData("""  "loop": {"in": [7, 8, 9], "workers": "job"},  """, 2L, "9", "attempt done item iteration loop page")]
    [InlineData("""  "loop": {"in": [7, 8, 9], "mode": "chunked", "chunk": 2, "workers": "job"},  """, 2L, "[9]", "attempt done items iteration loop page")]
    public async Task A_call_finds_null_under_each_name_that_does_not_apply(string loop, long index, string? element, string there)
    {
        var probe = Probe(loop.Length > 0, loop.Contains("chunked", StringComparison.Ordinal));
        var report = await RunAsync($$$"""
            {"step": "work", {{{loop}}} "args": {"seen": "{{ {{{probe}}} }}"}, "tool": {"kind": "transform", "result": {"tool": "{{ {{{probe}}} }}", "args": "{{ args.seen }}"} } }
            """, index, element);
        Assert.True(report.Outcome == WorkOutcome.Completed, report.Error?.Message);
        foreach (var place in (string[])["tool", "args"])
        {
            var kinds = report.Result!.Value.GetProperty(place).EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString());
            var given = string.Join(' ', kinds.Where(pair => pair.Value == "value").Select(pair => pair.Key).Order(StringComparer.Ordinal));
            Assert.Equal($"args {there}".Split(' ').Concat(["execution", "execution_id", "playbook", "vars", "workload"]).Order(StringComparer.Ordinal), given.Split(' '));
            Assert.Equal(["nosuchname"], kinds.Where(pair => pair.Value == "undefined").Select(pair => pair.Key));
        }
    }

    [Theory]
    // A tool that fails, so that nothing of it is in its result; and one that succeeds.
    [InlineData("exit 3", """{"attempt":2,"page":1,"args":{"day":2}}""")]
    [InlineData("exit 0", """{"args":{"day":2}}""")]
    public async Task What_only_the_worker_knows_when_the_step_leaves_is_reported(string command, string told)
    {
        var report = await RunAsync($$$"""
            {"step": "work", "args": {"day": "{{ 1 + 1 }}"}, "retry": {"max_attempts": 2, "initial_delay": "1ms", "when": "true"},
             "tool": {"kind": "shell", "cmds": ["{{{command}}}"] },
             "case": [{"when": "error and args.day and attempt and page", "then": {"result": "{{ [args, attempt, page] }}"} }] }
            """, -1, null);
        Assert.Equal(told, report.Response!.Value.GetRawText());
    }

    private async Task<WorkReport> RunAsync(string step, long index, string? element)
    {
        using var bench = new TaskBench(sample.Url);
        var spec = JsonElement.Parse($$"""
            {"workflow": [
              {"step": "done", "tool": {"kind": "noop", "result": 1}, "next": ["failed", "skipped", "work"]},
              {"step": "failed", "tool": {"kind": "noop"} }, {"step": "skipped", "tool": {"kind": "noop"} }, {{step}}, {"step": "later", "tool": {"kind": "noop"} }]}
            """);
        var plan = PlanCompiler.Compile("test", spec, ToolSchemas.All, TemplateOptions.Default).Plan!;
        var state = ExecutionState.Initial with
        {
            Steps = ExecutionState.Initial.Steps
                .Add("done", Ended("done", 3, StepStatus.Completed))
                .Add("failed", Ended("failed", 4, StepStatus.Failed))
                .Add("skipped", Ended("skipped", 5, StepStatus.Skipped))
                .Add("work", new StepRun { Step = "work", Epoch = 0, RunId = 9, Status = StepStatus.Running }),
            Loops = ExecutionState.Initial.Loops.Add(9, new LoopState { RunId = 9, Step = "work", Epoch = 0, Total = 3, Cursor = 3 }),
        };
        var facts = new ExecutionFacts(new ExecutionId(7), "default", "run", "test", JsonText.EmptyObject, s_now);
        var input = new AssignmentInput(
            new OpenWork(new WorkKey(9, index), Fence: 1) { Size = element?.StartsWith('[') == true ? 1 : null },
            element is null ? null : JsonElement.Parse(element),
            InputPlanner.Plan(plan, state, plan.ByName["work"], takesReferences: true),
            ImmutableDictionary<long, IReadOnlyList<JsonElement?>>.Empty,
            ImmutableDictionary<WorkKey, JsonElement>.Empty);
        var assignment = AssignmentComposer.Compose(plan, facts, state, state.Steps["work"], input);
        var received = JsonSerializer.Deserialize(JsonSerializer.Serialize(assignment, WorkJson.Default.Assignment), WorkJson.Default.Assignment)!;
        return await bench.Runner().RunAsync(received, save: null, TestContext.Current.CancellationToken);
    }

    private static StepRun Ended(string step, long run, StepStatus status) => new()
    {
        Step = step,
        Epoch = 0,
        RunId = run,
        Status = status,
        CallEnded = status != StepStatus.Skipped,
        Result = status == StepStatus.Completed ? JsonElement.Parse("1") : null,
        Error = status == StepStatus.Failed ? "failed" : null,
    };

    /// <summary>What each name is; those of the element where the step has a loop.</summary>
    private static string Probe(bool isLoop, bool isChunked) =>
        $"{{{string.Join(", ", s_names.Where(name => (isLoop || name != "item") && (isChunked || name != "items")).Select(name => $"'{name}': ('undefined' if {name} is not defined else 'null' if {name} is none else 'value')"))}}}";
}
