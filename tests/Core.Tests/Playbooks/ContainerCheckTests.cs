using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class ContainerCheckTests
{
    private const string Secrets = """
        "secrets": [{"name": "TOKEN", "secretKeyRef": {"name": "api", "key": "token"}}], "workload": {"url": "x{{ secret.TOKEN }}", "plain": 1}
        """;

    private static string Spec(string tool, string beside = "") =>
        $$"""{{{Secrets}}, "workflow": [{"step": "only", "tool": {"kind": "container", "image": "busybox", {{tool}}} {{beside}}}]}""";

    [Fact]
    public void Both_spellings_mean_the_same()
    {
        var newer = Compiling.Plan(Spec(""" "command": ["sh"], "args": ["-c", "{{ args.x }}"], "timeout": 5 """, """ , "args": {"x": 1} """)).Steps[0].Task!;
        Assert.Equal(["image", "command", "args", "timeout"], newer.Tool.Settings.Members.Select(member => member.Key));
        Assert.NotNull(newer.Args["x"]);
        var older = Compiling.Plan("""{"workflow": [{"step": "only", "tool": "container", "image": "busybox", "command": ["sh"], "args": ["-c", "x"], "timeout": 5}]}""").Steps[0];
        Assert.Equal(["image", "command", "args"], older.Task!.Tool.Settings.Members.Select(member => member.Key));
        Assert.Equal((0, 5.0), (older.Task.Args.Members.Length, older.Task.Timeout!.Value.TotalSeconds));
        Assert.True(older.Task.RunsAsContainer);
    }

    [Theory]
    [InlineData(""" {"A": "{{ secret.TOKEN }}", "B": "x"} """)]
    [InlineData(""" [{"name": "A", "value": "{{secret['TOKEN']}}"}, {"name": "B", "value": "x"}] """)]
    public void A_variable_that_is_a_secret_as_a_whole_is_taken_out(string env)
    {
        var (visible, secrets) = ContainerEnvironment.Split(Compiling.Plan(Spec($""" "env": {env} """)).Steps[0].Task!);
        Assert.Equal(new SecretVariable("A", "TOKEN"), Assert.Single(secrets));
        Assert.Equal("B", Assert.Single(((TemplateNode.Mapping)visible.Tool.Settings["env"]!).Members).Key);
        Assert.DoesNotContain(visible.References, reference => reference.Root == "secret");
    }

    [Theory]
    [InlineData(""" "env": {"A": "Bearer {{ secret.TOKEN }}"} """, "", "workflow[0].tool.env.A: reads the secret-bearing 'secret.TOKEN'; a container gets a secret only as the whole value")]
    [InlineData(""" "env": {"A": "{{ secret.TOKEN | upper }}"} """, "", "workflow[0].tool.env.A: reads the secret-bearing")]
    [InlineData(""" "env": {"A": "{{ workload.url }}"} """, "", "workflow[0].tool.env.A: reads the secret-bearing 'workload.url'")]
    [InlineData(""" "command": ["sh", "-c", "curl {{ secret.TOKEN }}"] """, "", "workflow[0].tool.command: reads the secret-bearing 'secret.TOKEN'")]
    [InlineData(""" "args": ["{{ workload.url }}"] """, "", "workflow[0].tool.args: reads the secret-bearing 'workload.url'")]
    [InlineData(""" "args": ["{{ args.t }}"] """, """ , "args": {"t": "{{ secret.TOKEN }}"} """, "workflow[0].args: reads the secret-bearing 'secret.TOKEN'")]
    [InlineData(""" "env": {"A": "{{ secret.OTHER }}"} """, "", "workflow[0].tool.env.A: reads 'secret.OTHER', which spec.secrets does not declare")]
    public void A_secret_anywhere_else_is_a_problem(string tool, string beside, string expected) =>
        Assert.Contains(Compiling.Errors(Spec(tool, beside)), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData(""" "command": "echo hello" """, "", "workflow[0].tool.command: must be a list of words")]
    [InlineData(""" "args": {"a": 1} """, "", "workflow[0].tool.args: must be a list of words")]
    [InlineData(""" "env": ["A=1"] """, "", "workflow[0].tool.env: must be a map from name to value")]
    [InlineData(""" "resources": "small" """, "", "workflow[0].tool.resources: must be a map")]
    [InlineData(""" "timeout": 5 """, """ , "sink": {"tool": "http", "url": "http://u"} """, "workflow[0].sink: does not go with the tool container")]
    [InlineData(""" "timeout": 5 """, """ , "retry": {"on_success": {"while": "true"}} """, "workflow[0].retry.on_success: does not go with the tool container")]
    [InlineData(""" "timeout": 5 """, """ , "case": [{"when": "event.name == 'call.done'", "then": {"sink": {"tool": "http", "url": "http://u"}}}] """, "workflow[0].case[0]: has sink or collect")]
    public void What_a_container_cannot_do_is_told(string tool, string beside, string expected) =>
        Assert.Contains(Compiling.Errors(Spec(tool, beside)), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void A_list_from_a_template_is_fine() =>
        Assert.Empty(Compiling.Errors(Spec(""" "command": "{{ workload.plain }}", "env": {"A": "{{ workload.plain }}"} """, """ , "retry": 2 """)));

    [Theory]
    [InlineData("python")]
    [InlineData("duckdb")]
    public void Tools_that_are_not_there_point_to_container(string kind) =>
        Assert.Contains($"workflow[0].tool: '{kind}' is not supported; use container.", Compiling.Errors($$"""{"workflow": [{"step": "a", "tool": "{{kind}}", "code": "x"}]}"""));
}
