using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>Strategies change how results reach a worker, never what comes out.</summary>
public sealed class LoadingTests
{
    private const string Steps = """
        - step: big
          tool: {kind: shell, cmds: ['printf "%0200d" 7']}
          next: list
        - step: list
          loop: {in: [1, 2, 3], iterator: one}
          tool: {kind: transform, result: {one: "{{ one }}"}}
          next: unread
        - step: unread
          tool: {kind: shell, cmds: ['echo unread']}
          next: use
        - step: use
          loop: {in: "{{ range(0, 4) }}", iterator: i, mode: async, maxParallel: 2, workers: WORKERS}
          tool: {kind: transform, result: "{{ i + (big.output | string | length) + (list.results | map(attribute='one') | sum) + list.stats.total }}"}
          next: told
        - step: told
          tool: {kind: shell, cmds: ['echo "{{ use.results | join(" ") }}"']}
          case:
          - when: "{{ result.exit_code != 0 }}"
            then: {result: "{{ unread }}"}
        """;

    [Theory]
    [InlineData("job")]
    [InlineData("pool")]
    public async Task Each_strategy_gives_the_same_results(string workers)
    {
        var results = new List<string>();
        foreach (var loading in (string[])["{strategy: selective}", "{strategy: eager, maxDepth: 1}", "{strategy: eager, maxDepth: 10}", "{strategy: lazy}", "{strategy: lazy, required: [big], optional: [unread]}"])
        {
            using var folder = new PlaybookFolder();
            var file = folder.Playbook(Steps.Replace("WORKERS", workers, StringComparison.Ordinal), $"limits: {{maxResultBytes: 0}}\nloading: {loading}");
            var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            results.Add(outcome.Result("use").GetRawText() + outcome.Result("told").GetProperty("output").GetRawText());
        }

        Assert.Single(results.Distinct(StringComparer.Ordinal));
        Assert.Equal(4, JsonDocument.Parse(results[0][..(results[0].LastIndexOf('}') + 1)]).RootElement.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task A_required_result_that_was_passed_by_fails_the_step_without_another_try()
    {
        using var folder = new PlaybookFolder();
        var file = folder.Playbook("""
            - step: start
              next: [{when: "{{ false }}", then: load}, {else: use}]
            - step: load
              tool: {kind: shell, cmds: ['echo 1']}
              next: use
            - step: use
              tool: {kind: shell, cmds: ['echo 2']}
              retry: {max_attempts: 5, initial_delay: 0.01}
            """, "loading: {required: [load]}");
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
        Assert.Equal("FAILED", outcome.Status);
        Assert.Contains("loading.required: the result of step 'load' must be there before step 'use' starts, but it ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, outcome.Events("call.retry"));
    }
}
