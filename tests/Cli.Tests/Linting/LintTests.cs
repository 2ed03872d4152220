using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Linting;

/// <summary>What <c>lint</c> says about good, bad and hostile files.</summary>
public sealed class LintTests
{
    public static TheoryData<string> Samples => [.. Directory.EnumerateFiles(SourceTree.Samples, "*.yaml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Every_sample_is_clean(string sample)
    {
        var outcome = await PlaybookCommand.RunAsync("lint", Path.Combine(SourceTree.Samples, sample));
        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Output, outcome.Errors));
    }

    [Fact]
    public async Task Several_problems_are_told_at_once_each_with_its_place()
    {
        using var folder = new PlaybookFolder();
        var file = folder.Write("bad.yaml", """
            kind: Playbook
            metadata: {name: bad}
            spec:
              workflow:
              - step: a
                tool: {kind: htp}
                next: nowhere
              - step: b
                loop: {in: [1], mode: sideways}
                tool: {kind: noop}
            """);
        var outcome = await PlaybookCommand.RunAsync("lint", file);
        Assert.Equal(2, outcome.ExitCode);
        var lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(@"^.+bad\.yaml:\d+:\d+: \S+: .+$", line));
        Assert.Contains(lines, line => line.Contains("bad.yaml:6:", StringComparison.Ordinal) && line.Contains("http", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("bad.yaml:7:5:", StringComparison.Ordinal) && line.Contains("nowhere", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("bad.yaml:9:", StringComparison.Ordinal) && line.Contains("sideways", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Problems_are_JSON_when_asked_for()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("lint", folder.Playbook("- step: a\n  next: nowhere"), "--output", "json");
        var problem = Assert.Single(JsonElement.Parse(outcome.Output).EnumerateArray());
        Assert.Equal((2, "error", 9), (outcome.ExitCode, problem.GetProperty("severity").GetString(), problem.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Every_playbook_of_every_file_is_checked_and_a_file_that_is_not_there_does_not_hide_the_others()
    {
        using var folder = new PlaybookFolder();
        var file = folder.Write("several.yaml", """
            kind: Playbook
            metadata: {name: first}
            workflow: [{step: a, next: nowhere}]
            ---
            kind: ConfigMap
            data: {a: b}
            ---
            kind: Playbook
            metadata: {name: second}
            workflow:
            - step: a
              tool: {kind: python}
            """);
        var outcome = await PlaybookCommand.RunAsync("lint", "/nonexistent.yaml", file);
        Assert.Equal(2, outcome.ExitCode);
        var lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("/nonexistent.yaml:1:1: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("several.yaml:3:", lines[1], StringComparison.Ordinal);
        Assert.Contains("several.yaml:12:10: workflow[0].tool.kind: 'python' is not supported; use container.", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_document_in_the_older_spelling_of_any_version_is_a_playbook()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("lint", folder.Write("older.yaml", """
            apiVersion: other.io/v2
            kind: Playbook
            metadata: {path: tests/pagination}
            workload:
              server_url: "{{ secret.PAGINATED_API_URL }}"
              endpoints: [{name: assessments, path: /api/v1/assessments, page_size: 10}]
            workflow:
            - step: fetch
              loop: {collection: "{{ workload.endpoints }}", element: endpoint}
              tool: http
              endpoint: "{{ workload.server_url }}{{ endpoint.path }}"
              params: {page: 1, pageSize: "{{ endpoint.page_size }}"}
              retry:
                on_success:
                  while: "{{ response.paging.hasMore == true }}"
                  max_attempts: 10
                  collect: {strategy: append, path: data}
            """));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("warning: names the secret 'PAGINATED_API_URL'", outcome.Output, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Hostile => new()
    {
        { "malformed", "a: [1, 2\nb: 3\n", "not YAML" },
        { "a tab", "a:\n\t- b\n", "invalid tab" },
        { "empty", "", "empty" },
        { "a list", "- 1\n", ":1:1:" },
        { "an unknown alias", "a: *nobody\n", "nobody" },
        { "a duplicate key", "kind: Playbook\nmetadata: {name: a}\nkind: Playbook\n", ":3:1: The key 'kind'" },
        { "deep nesting", new string('[', 5000), "nested" },
        { "aliases of aliases", Laughs("lol"), "aliases" },
        { "aliases nested deeper than text", Chain(5000), "nested" },
        { "merges of merges", Laughs("{k: v}") + "z:\n  <<: *a20\n", "<<" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_file_is_refused_with_its_place(string what, string text, string expected)
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("lint", folder.Write("hostile.yaml", text));
        Assert.True(outcome.ExitCode == 2, $"{what}: {outcome}");
        Assert.Matches(@"hostile\.yaml:\d+:\d+: ", outcome.Output);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_larger_than_the_limit_is_refused()
    {
        using var folder = new PlaybookFolder();
        var outcome = await PlaybookCommand.RunAsync("lint", folder.Write("large.yaml", "a: " + new string('x', 11 << 20)));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("larger than", outcome.Output, StringComparison.Ordinal);
    }

    /// <summary>Each level holds the one before ten times.</summary>
    private static string Laughs(string leaf) =>
        $"a: &a0 [{leaf}]\n" + string.Concat(Enumerable.Range(1, 20).Select(
            level => $"l{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n"));

    /// <summary>Each level holds the one before once: no many values, but deep.</summary>
    private static string Chain(int levels) =>
        "a: &a0 [x]\n" + string.Concat(Enumerable.Range(1, levels).Select(level => $"l{level}: &a{level} [*a{level - 1}]\n"));
}
