using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Evaluating;

/// <summary><c>playbook eval</c>: one template, and a stream of them.</summary>
public sealed class EvalTests
{
    [Theory]
    [InlineData("{{ n + 1 }}", "9007199254740994")]
    [InlineData("{{ 1 / 4 }}", "0.25")]
    [InlineData("{{ l }}", "[1,2.5,\"x\",null,true]")]
    [InlineData("{{ m }}", "{\"a\":{\"b\":\"é\"}}")]
    [InlineData("{{ m.a.zz | default(none) }}", "null")]
    [InlineData("n={{ n }}, {{ l }}", "\"n=9007199254740993, [1,2.5,\\\"x\\\",null,true]\"")]
    [InlineData("@plain", "\"@plain\"")]
    [InlineData("", "\"\"")]
    public async Task A_template_is_printed_as_a_typed_value(string template, string expected)
    {
        using var folder = new PlaybookFolder();
        var yaml = folder.Write("context.yaml", "n: 9007199254740993\nl: [1, 2.5, x, null, true]\nm: {a: {b: é}}\n");
        var json = folder.Write("context.json", """{"n": 9007199254740993, "l": [1, 2.5, "x", null, true], "m": {"a": {"b": "\u00e9"}}}""");
        foreach (var context in new[] { yaml, json })
        {
            var outcome = await PlaybookCommand.RunAsync("eval", "--context", context, template);
            Assert.Equal((0, expected + "\n", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
        }
    }

    [Theory]
    [InlineData("{{ workload.ednpoint }}", "'workload.ednpoint' is undefined; did you mean 'endpoint'? (line 1, column 13 of")]
    [InlineData("a\n{{ 1 + }}", "(line 2, column 8 of \"a\\n{{ 1 + }}\")")]
    [InlineData("{{ 1 / 0 }}", "division by zero (line 1, column 6 of")]
    [InlineData("{% for a in range(100000000) %}{% endfor %}", "more than 5000000 steps")]
    public async Task A_wrong_template_exits_2_with_one_sentence_and_its_place(string template, string expected)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("eval", template, "--context", folder.Write("c.yaml", "workload: {endpoint: 1}\n"));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(1, outcome.Errors.Count(letter => letter == '\n'));
    }

    [Theory]
    [InlineData("a: [1\n", ":2:1: ")]
    [InlineData("- 1\n", "the context is a map, found a list")]
    [InlineData(null, "No such|not find")]
    public async Task A_wrong_context_exits_2_with_one_sentence(string? text, string expected)
    {
        using var folder = new PlaybookFolder();
        var file = text is null ? folder.Path("none.yaml") : folder.Write("c.yaml", text);
        var outcome = await PlaybookCommand.RunAsync("eval", "{{ 1 }}", "--context", file);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(file, outcome.Errors, StringComparison.Ordinal);
        Assert.Matches(expected, outcome.Errors);
        Assert.Equal(1, outcome.Errors.Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task A_stream_answers_every_line_with_a_line_whatever_it_holds()
    {
        string[] lines =
        [
            """{"template": "{{ a + 1 }}", "context": {"a": 1}}""",
            "not json",
            "",
            """{"context": {}}""",
            """{"template": "{{ zz }}"}""",
            """{"template": "{{ 1", "context": {}}""",
            """{"template": "{{ a }}", "context": [1]}""",
            """{"template": "{% for i in range(100000000) %}{% endfor %}"}""",
            """{"template": "{{ a }}"}""",
            new string('[', 5000),
            """{"template": "x é {{ 'last' }}"}""",
        ];
        using var folder = new PlaybookFolder();
        byte[] input = [.. Encoding.UTF8.GetBytes(string.Join('\n', lines[..^1])), (byte)'\n', 0xff, 0xfe, (byte)'\r', (byte)'\n', .. Encoding.UTF8.GetBytes(lines[^1])];

        var outcome = await PlaybookCommand.RunWithInputAsync(input, "eval", "--context", folder.Write("c.json", """{"a": "file"}"""));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        var answers = outcome.Output.TrimEnd('\n').Split('\n').Select(answer => JsonElement.Parse(answer)).ToList();
        Assert.Equal(
            ["2", "error", "error", "error", "error", "error", "error", "error", "\"file\"", "error", "error", "\"x é last\""],
            answers.Select(answer => answer.TryGetProperty("value", out var value) ? value.GetRawText() : "error"));
        Assert.All(answers, answer => Assert.True(answer.TryGetProperty("value", out _) != answer.TryGetProperty("error", out _)));
        Assert.Equal((1, 4), (answers[4].GetProperty("line").GetInt32(), answers[4].GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task An_answer_is_there_before_the_next_line_is_asked()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var process = PlaybookCommand.Start("eval");
        try
        {
            for (var turn = 0; turn < 3; turn++)
            {
                await process.StandardInput.WriteLineAsync("{\"template\": \"{{ " + turn + " * 2 }}\"}");
                await process.StandardInput.FlushAsync(cancellationToken);
                Assert.Equal($"{{\"value\":{turn * 2}}}", await process.StandardOutput.ReadLineAsync(cancellationToken));
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task All_answers_of_a_stream_know_the_same_instant()
    {
        var line = """{"template": "{{ now() }}"}""" + "\n";
        var outcome = await PlaybookCommand.RunWithInputAsync(Encoding.UTF8.GetBytes(line + line + line), "eval");
        Assert.Single(outcome.Output.TrimEnd('\n').Split('\n').Distinct());
    }
}
