using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>
/// The pages of the language name every key that the compiler knows, and no other. What it knows it says itself: a key that it does not know is
/// answered with the list of those that it does.
/// </summary>
public sealed partial class SpecPageTests
{
    private const string Unknown = "zzzzzzzz: 1";

    /// <summary>Told once for all tools.</summary>
    private static readonly HashSet<string> s_everyTool = ["kind", "type"];

    /// <summary>Where a key may stand; a playbook with an unknown key there; the section about it; the row of its table, where there are several.</summary>
    public static TheoryData<string, string, string, string> Places => new()
    {
        { "spec", $"workflow: [{{step: a}}]\n{Unknown}", "## spec", "" },
        { "limits", $"limits: {{{Unknown}}}\nworkflow: [{{step: a}}]", "### limits", "" },
        { "step", $"workflow: [{{name: a, {Unknown}}}]", "## Steps", "" },
        { "loop", $"workflow: [{{step: a, loop: {{in: [1], {Unknown}}}, tool: {{kind: noop}}}}]", "### loop", "" },
        { "http", Tool("http"), "### tool", "http" },
        { "postgres", Tool("postgres"), "### tool", "postgres" },
        { "transform", Tool("transform"), "### tool", "transform" },
        { "noop", Tool("noop"), "### tool", "noop" },
        { "container", Tool("container"), "### tool", "container" },
        { "shell", Tool("shell"), "### tool", "shell" },
        { "playbook", Tool("playbook"), "### tool", "playbook" },
        { "workbook", Tool("workbook"), "### tool", "workbook" },
        { "on_error", $"workflow: [{{step: a, tool: {{kind: noop}}, retry: {{on_error: {{{Unknown}}}}}}}]", "### retry", "" },
        { "on_success", $"workflow: [{{step: a, tool: {{kind: noop}}, retry: {{on_success: {{while: 'x', {Unknown}}}}}}}]", "### retry", "" },
        { "next_call", $"workflow: [{{step: a, tool: {{kind: noop}}, retry: {{on_success: {{while: 'x', next_call: {{{Unknown}}}}}}}}}]", "### retry", "" },
        { "collect", $"workflow: [{{step: a, tool: {{kind: noop}}, retry: {{on_success: {{while: 'x', collect: {{{Unknown}}}}}}}}}]", "### retry", "" },
        { "sink postgres", $"workflow: [{{step: a, tool: {{kind: noop}}, sink: {{tool: postgres, {Unknown}}}}}]", "### sink", "" },
        { "sink http", $"workflow: [{{step: a, tool: {{kind: noop}}, sink: {{tool: http, {Unknown}}}}}]", "### sink", "" },
        { "case", $"workflow: [{{step: a, tool: {{kind: noop}}, case: [{{when: 'x', then: {{}}, {Unknown}}}]}}]", "### case and next", "" },
        { "then", $"workflow: [{{step: a, tool: {{kind: noop}}, case: [{{when: 'x', then: {{{Unknown}}}}}]}}]", "### case and next", "" },
        { "next", $"workflow: [{{step: a, tool: {{kind: noop}}, next: [{{step: a, {Unknown}}}]}}]", "### case and next", "" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Every_key_that_the_compiler_knows_is_in_the_section_about_it(string place, string playbook, string heading, string row)
    {
        var known = await KnownAsync(playbook);
        Assert.NotEmpty(known);
        var section = SpecPage.Section("playbook.md", heading);
        Assert.True(section.HasExample || heading == "### limits", $"{heading} has no example.");
        var named = row.Length == 0 ? section.Mentioned : section.Rows.Where(entry => entry.Row == row).Select(entry => entry.Key).Concat(section.Mentioned.Where(s_everyTool.Contains)).ToHashSet();
        Assert.True(known.All(key => named.Contains(SpecPage.CamelCase(key))), $"{place}: not in '{heading}': {string.Join(", ", known.Where(key => !named.Contains(SpecPage.CamelCase(key))))}");
    }

    [Theory]
    [InlineData("## spec", "spec")]
    [InlineData("### limits", "limits")]
    [InlineData("## Steps", "step")]
    [InlineData("### loop", "loop")]
    [InlineData("### tool", "http", "postgres", "transform", "noop", "container", "shell", "playbook", "workbook")]
    [InlineData("### retry", "on_error", "on_success")]
    public async Task Every_key_that_heads_a_row_is_known_to_the_compiler(string heading, params string[] places)
    {
        var documents = Places.Select(entry => entry.Data).ToDictionary(entry => entry.Item1, entry => entry.Item2);
        var known = new HashSet<string> { "onError", "onSuccess", "retry" };
        foreach (var place in places) known.UnionWith((await KnownAsync(documents[place])).Select(SpecPage.CamelCase));
        Assert.DoesNotContain(SpecPage.Section("playbook.md", heading).Rows.Select(entry => entry.Key), key => !known.Contains(key));
    }

    [Theory]
    [InlineData("spec", "## spec")]
    [InlineData("status", "## status")]
    public void Every_field_of_an_Execution_heads_a_row_and_no_other(string part, string heading)
    {
        var named = SpecPage.Section("execution.md", heading).Rows.Select(entry => entry.Key).ToHashSet();
        Assert.Equal(FieldsOf("executions.yaml", part).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static string Tool(string kind) => $"workflow: [{{step: a, tool: {{kind: {kind}, {Unknown}}}}}]";

    /// <summary>What the compiler lists when it meets the unknown key.</summary>
    private static async Task<IReadOnlyList<string>> KnownAsync(string playbook)
    {
        var outcome = await Run.TextAsync($"kind: Playbook\nmetadata: {{name: test}}\n{playbook}\n");
        var match = Known().Match(outcome.Errors);
        Assert.True(outcome.ExitCode == 2 && match.Success, outcome.ToString());
        return match.Groups["keys"].Value.Split(", ");
    }

    private static IEnumerable<string> FieldsOf(string file, string part)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(SourceTree.Path("crds", file));
        yaml.Load(reader);
        YamlNode node = yaml.Documents[0].RootNode;
        string[] path = ["spec", "versions", "0", "schema", "openAPIV3Schema", "properties", part, "properties"];
        foreach (var name in path) node = node is YamlSequenceNode list ? list[int.Parse(name)] : node[name];
        return ((YamlMappingNode)node).Children.Keys.Select(key => key.ToString());
    }

    [GeneratedRegex(@"zzzzzzzz: is not a known key[^;]*; known here are (?<keys>[\w, ]+)\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Known();
}
