namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>What a run is given: members that nobody reads, what the schema fills in, and how letters and times come out.</summary>
public sealed class WorkloadTests : IDisposable
{
    private readonly PlaybookFolder _folder = new();

    [Fact]
    public async Task A_member_that_the_playbook_does_not_know_is_named_with_the_nearest_one_and_nothing_starts()
    {
        var file = _folder.Playbook("- {step: a, tool: {kind: shell, cmds: ['touch HERE']}}".Replace("HERE", _folder.Path("begun"), StringComparison.Ordinal), "workload: {count: 1, name: x}");
        var outcome = await PlaybookCommand.RunAsync("run", file, "--set", "cuont=7", "--set", "name=y");
        Assert.Equal(
            (2, "", "playbook: workload.cuont: is not a member of this playbook's workload (did you mean count?); known are count, name.\n"),
            (outcome.ExitCode, outcome.Output, outcome.Errors));
        Assert.False(File.Exists(_folder.Path("begun")));
    }

    [Fact]
    public async Task Defaults_of_the_schema_are_there_before_anything_starts_in_children_too()
    {
        _folder.Write("child.yaml", """
            kind: Playbook
            metadata: {name: child}
            schema: {properties: {size: {default: 3}}}
            workflow: [{step: told, tool: {kind: noop, result: "{{ workload.size }}"}}]
            """);
        var file = _folder.Playbook(
            """
            - {step: a, loop: {in: "{{ range(workload.count) }}"}, tool: {kind: noop, result: "{{ workload.server.port }}"}, next: b}
            - {step: b, tool: {kind: playbook, name: child}}
            """,
            """
            workload: {server: {host: h}}
            schema: {properties: {count: {type: integer, default: 2}, server: {properties: {port: {default: 8080}}}}, required: [count]}
            """);
        var outcome = await PlaybookCommand.RunAsync("run", file, "--output", "json");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("[8080,8080]", outcome.Result("a").GetProperty("results").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Equal(3, outcome.Result("b").GetInt32());
    }

    [Fact]
    public async Task Letters_and_times_come_out_as_they_are()
    {
        const string Text = "Zoë's <a&b> +1 日本";
        var file = _folder.Playbook("- {step: a, tool: {kind: noop, result: '{{ workload.text }}'}, vars: {kept: '{{ result }}'}}", "workload: {text: x}");
        var events = _folder.Path("events");
        var json = await PlaybookCommand.RunAsync("run", file, "--set", $"text={Text}", "--output", "json", "--events", events);
        var text = await PlaybookCommand.RunAsync("run", file, "--set", $"text={Text}");
        Assert.Contains($"\"kept\": \"{Text}\"", json.Output, StringComparison.Ordinal);
        Assert.Contains($"a = \"{Text}\"", text.Output, StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(events);
        Assert.Contains($"\"{Text}\"", log, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u", log, StringComparison.Ordinal);
        Assert.DoesNotContain("+00:00", log, StringComparison.Ordinal);
        Assert.Matches("\"created_at\":\"[0-9-]+T[0-9:.]+Z\"", log);
    }

    public void Dispose() => _folder.Dispose();
}
