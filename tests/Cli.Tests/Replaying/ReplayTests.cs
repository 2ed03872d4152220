using System.Text.Json.Nodes;

namespace PlaybookOperator.Cli.Tests.Replaying;

/// <summary><c>replay</c>: a log that a run wrote folds to the state that the run printed; a log that somebody touched says where.</summary>
public sealed class ReplayTests(ReplayedRunFixture run) : IClassFixture<ReplayedRunFixture>
{
    [Fact]
    public async Task A_log_folds_to_the_state_that_its_run_printed()
    {
        var outcome = await PlaybookCommand.RunAsync("replay", run.File, "--output", "json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var replayed = JsonNode.Parse(outcome.Output)!.AsObject();
        Assert.Empty(replayed["violations"]!.AsArray());
        replayed.Remove("violations");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(run.Printed), replayed), $"{run.Printed}\n{outcome.Output}");
    }

    public static TheoryData<string, string> Touched => new()
    {
        { "a line is missing", "missing" },
        { "a line comes twice", "none comes twice" },
        { "an iteration ends twice", "iteration 0 of step 'walk' ends twice" },
        { "the loop ends twice", "ends twice in epoch 0" },
        { "something follows the end", "nothing may follow it" },
        { "the end is cut off", "no terminal event" },
        { "a status is invented", "status 'DONE' is not one of" },
        { "a status does not fit", "does not go with playbook.started" },
        { "a count is wrong", "stats.succeeded of step 'walk' says 7, and the log has 3" },
        { "an end has no start", "has not started" },
        { "a line is cut", "ends in the middle" },
        { "a line is cut inside a text", "ends in the middle" },
        { "a step.started without a step", "step.started names no step" },
        { "a step.exit without a step", "step.exit names no step" },
        { "a iterator.started without a step", "iterator.started names no step" },
        { "a iteration.completed without a step", "iteration.completed names no step" },
        { "a call.done without a step", "call.done names no step" },
        { "a type is invented", "event_type 'step.danced' is not one of" },
    };

    [Theory]
    [MemberData(nameof(Touched))]
    public async Task A_touched_log_exits_1_and_says_which_line_breaks_which_law(string what, string expected)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("replay", folder.Write("log.ndjson", string.Join('\n', Touch(what))));
        Assert.True(outcome.ExitCode == 1, outcome.ToString());
        Assert.Matches(@"log\.ndjson:\d+: ", outcome.Output);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_in_the_middle_that_is_no_JSON_exits_2_in_our_own_words()
    {
        using var folder = new PlaybookFolder();
        foreach (var (line, expected) in ((string, string)[])[(run.Lines[1][..20], ":2: is not JSON: it ends in the middle"), ("{\"a\": x}", ":2: is not JSON, from byte 7 of the line on")])
        {
            var outcome = await PlaybookCommand.RunAsync("replay", folder.Write("log.ndjson", string.Join('\n', [run.Lines[0], line, .. run.Lines.Skip(2)])));
            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("BytePosition", outcome.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"event_id\": 1")]
    [InlineData("[1]")]
    [InlineData("{\"execution_id\": \"1\", \"event_id\": \"one\", \"event_type\": \"playbook.started\", \"status\": \"STARTED\"}")]
    public async Task What_is_no_log_exits_2(string text)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("replay", folder.Write("log.ndjson", text));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("log.ndjson", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_exits_2() => Assert.Equal(2, (await PlaybookCommand.RunAsync("replay", "/nonexistent.ndjson")).ExitCode);

    private List<string> Touch(string what)
    {
        var lines = run.Lines.ToList();
        int At(string type) => lines.FindIndex(line => line.Contains($"\"{type}\"", StringComparison.Ordinal));
        switch (what)
        {
            case "a line is missing":
                lines.RemoveAt(3);
                break;
            case "a line comes twice":
                lines.Insert(3, lines[3]);
                break;
            case "an iteration ends twice":
                lines.Insert(At("iterator.completed"), Edit(lines.First(line => line.Contains("iteration.completed", StringComparison.Ordinal)), "iteration_index", 0));
                break;
            case "the loop ends twice":
                lines.Insert(At("iterator.completed"), lines[At("iterator.completed")]);
                break;
            case "something follows the end":
                lines.Add(lines[1]);
                break;
            case "the end is cut off":
                lines.RemoveAt(lines.Count - 1);
                break;
            case "a status is invented":
                lines[2] = Edit(lines[2], "status", "DONE");
                break;
            case "a status does not fit":
                lines[0] = Edit(lines[0], "status", "FAILED");
                break;
            case "a count is wrong":
                lines[At("iterator.completed")] = lines[At("iterator.completed")].Replace("\"succeeded\":3", "\"succeeded\":7", StringComparison.Ordinal);
                break;
            case "an end has no start":
                lines[At("step.exit")] = Edit(lines[At("step.exit")], "step", "elsewhere");
                break;
            case "a line is cut":
                lines[^1] = lines[^1][..^3];
                break;
            case "a line is cut inside a text":
                lines[^1] = lines[^1][..(lines[^1].IndexOf("playbook.", StringComparison.Ordinal) + 3)];
                break;
            case var _ when what.EndsWith(" without a step", StringComparison.Ordinal):
                var type = what.Split(' ')[1];
                lines[At(type)] = Edit(lines[At(type)], "step", null);
                break;
            case "a type is invented":
                lines[2] = Edit(lines[2], "event_type", "step.danced");
                break;
        }

        return lines;
    }

    private static string Edit(string line, string member, JsonNode? value)
    {
        var happened = JsonNode.Parse(line)!;
        happened[member] = value;
        return happened.ToJsonString();
    }
}

/// <summary>One run, its log and what it printed.</summary>
public sealed class ReplayedRunFixture : IAsyncLifetime
{
    private readonly PlaybookFolder _folder = new();

    public string File => _folder.Path("events.ndjson");

    public string Printed { get; private set; } = "";

    public IReadOnlyList<string> Lines { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var playbook = _folder.Playbook("""
            - step: walk
              loop: {in: [1, 2, 3], mode: async}
              tool: {kind: transform, result: '{{ item * 2 }}'}
              vars: {sum: '{{ result.results | sum }}'}
              next: [{when: '{{ vars.sum == 12 }}', then: last}, {else: other}]
            - step: other
            - step: last
              tool: {kind: transform, result: '{{ vars.sum }}'}
            """);
        var outcome = await PlaybookCommand.RunAsync("run", playbook, "--output", "json", "--events", File);
        Printed = outcome.Output;
        Lines = await System.IO.File.ReadAllLinesAsync(File);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
