using Xunit;

namespace PlaybookOperator.Worker.Tests.Worker;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void Only_the_address_is_required()
    {
        Assert.True(Read(new() { ["PLAYBOOK_API_URL"] = "http://operator:8082" }, out var options, out _));
        Assert.Equal("/var/run/secrets/playbooks.dev/token/token", options!.TokenFile);
        Assert.Equal("/var/run/secrets/playbooks.dev/secrets", options.SecretsDirectory);
        Assert.Equal(TimeSpan.FromMinutes(10), options.ReportWindow);
        Assert.Equal((100, 300.0), (options.ToolInstances.MaxEntries, options.ToolInstances.TimeToLive.TotalSeconds));
    }

    [Fact]
    public void Everything_can_be_set()
    {
        Assert.True(Read(new()
        {
            ["PLAYBOOK_API_URL"] = "https://operator/base",
            ["PLAYBOOK_TOKEN_FILE"] = "/t",
            ["PLAYBOOK_SECRETS_DIR"] = "/s",
            ["PLAYBOOK_REPORT_WINDOW"] = "90s",
            ["PLAYBOOK_TOOL_INSTANCE_ENTRIES"] = "200",
            ["PLAYBOOK_TOOL_INSTANCE_TTL"] = "0s",
        }, out var options, out _));
        Assert.Equal(("/t", "/s", 90.0), (options!.TokenFile, options.SecretsDirectory, options.ReportWindow.TotalSeconds));
        Assert.Equal((200, TimeSpan.Zero), (options.ToolInstances.MaxEntries, options.ToolInstances.TimeToLive));
    }

    [Theory]
    [InlineData("PLAYBOOK_API_URL", null)]
    [InlineData("PLAYBOOK_API_URL", "operator:8082")]
    [InlineData("PLAYBOOK_API_URL", "ftp://operator")]
    [InlineData("PLAYBOOK_REPORT_WINDOW", "soon")]
    [InlineData("PLAYBOOK_REPORT_WINDOW", "0")]
    [InlineData("PLAYBOOK_TOOL_INSTANCE_ENTRIES", "0")]
    [InlineData("PLAYBOOK_TOOL_INSTANCE_ENTRIES", "many")]
    [InlineData("PLAYBOOK_TOOL_INSTANCE_TTL", "soon")]
    public void What_is_wrong_is_named(string variable, string? value)
    {
        var environment = new Dictionary<string, string?> { ["PLAYBOOK_API_URL"] = "http://operator", [variable] = value };
        Assert.False(Read(environment, out _, out var problem));
        Assert.StartsWith(variable, problem, StringComparison.Ordinal);
    }

    private static bool Read(Dictionary<string, string?> environment, out WorkerOptions? options, out string? problem) =>
        WorkerOptions.TryRead(name => environment.GetValueOrDefault(name), out options, out problem);
}
