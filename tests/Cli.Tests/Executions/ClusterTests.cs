using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Cli.Tests.Executions;

/// <summary>The commands without <c>--server</c>: they read and patch resources as kubectl does.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private const string Executions = "/apis/playbooks.dev/v1alpha1/namespaces/team/executions";
    private readonly PlaybookFolder _folder = new();
    private readonly Queue<string> _phases = new(["Running"]);
    private WebApplication? _server;
    private string? _patched;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.MapGet(Executions, () => Json($$"""{"kind": "ExecutionList", "apiVersion": "playbooks.dev/v1alpha1", "metadata": {"resourceVersion": "5"}, "items": [{{Item("old", "Completed", 1)}}, {{Item("nightly", "Running", 2)}}]}"""));
        _server.MapGet(Executions + "/{name}", (string name) => name == "nightly"
            ? Json(Item("nightly", _phases.Count > 1 ? _phases.Dequeue() : _phases.Peek(), 2))
            : Results.Text("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}""", "application/json", null, 404));
        _server.MapPatch(Executions + "/nightly", async (HttpContext context) =>
        {
            _patched = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            return Json(Item("nightly", "Running", 2));
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _folder.Write("kubeconfig", $$"""
            {"apiVersion": "v1", "kind": "Config", "current-context": "here", "users": [],
             "clusters": [{"name": "here", "cluster": {"server": "{{_server.Urls.Single()}}"} }],
             "contexts": [{"name": "here", "context": {"cluster": "here", "namespace": "team"} }]}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Executions_are_listed_newest_first_and_filtered()
    {
        var all = await RunAsync("list");
        Assert.Equal(["nightly", "old"], all.Output.Trim().Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        var completed = JsonElement.Parse((await RunAsync("list", "--status", "completed", "-o", "json")).Output);
        Assert.Equal("old", Assert.Single(completed.EnumerateArray()).GetProperty("metadata").GetProperty("name").GetString());
    }

    [Fact]
    public async Task One_is_shown_with_its_steps()
    {
        var shown = await RunAsync("get", "nightly");
        Assert.Contains("team/nightly  RUNNING 3/10, 2 active, 1 failed", shown.Output, StringComparison.Ordinal);
        Assert.Contains("walk  3/10", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Completed", 0)]
    [InlineData("Failed", 1)]
    [InlineData("Cancelled", 3)]
    public async Task Watching_ends_as_the_execution_does(string phase, int exitCode)
    {
        _phases.Enqueue("Running");
        _phases.Enqueue(phase);
        var watched = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), "watch", "nightly");
        Assert.Equal(exitCode, watched.ExitCode);
        var lines = watched.Output.Trim().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains(phase.ToUpperInvariant(), lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancel", """{"spec":{"cancel":true}}""")]
    [InlineData("suspend", """{"spec":{"suspend":true}}""")]
    public async Task Steering_patches_the_resource(string verb, string patch)
    {
        Assert.Equal(0, (await RunAsync(verb, "nightly")).ExitCode);
        Assert.Equal(patch, _patched);
    }

    [Theory]
    [InlineData("resume", "Running", "team/nightly: already running")]
    [InlineData("cancel", "Completed", "team/nightly: already completed")]
    public async Task What_is_so_already_is_told_and_patches_nothing(string verb, string phase, string told)
    {
        _phases.Clear();
        _phases.Enqueue(phase);
        Assert.Equal(told, (await RunAsync(verb, "nightly")).Output.Trim());
        Assert.Null(_patched);
    }

    [Fact]
    public async Task What_is_not_there_is_wrong_on_the_command_line()
    {
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), "get", "unknown");
        Assert.Equal((2, "playbook: there is no Execution 'unknown'."), (outcome.ExitCode, outcome.Errors.Trim()));
    }

    private async Task<CommandOutcome> RunAsync(params string[] arguments)
    {
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), arguments);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome;
    }

    private static IResult Json(string text) => Results.Text(text, "application/json");

    private static string Item(string name, string phase, int minute) => $$$"""
        {"apiVersion": "playbooks.dev/v1alpha1", "kind": "Execution", "spec": {"playbook": "book"},
         "metadata": {"name": "{{{name}}}", "namespace": "team", "uid": "{{{name}}}", "creationTimestamp": "2030-01-01T00:0{{{minute}}}:00Z"},
         "status": {"phase": "{{{phase}}}", "executionId": "7", "startTime": "2030-01-01T00:0{{{minute}}}:00Z",
                    "progress": {"total": 10, "succeeded": 2, "failed": 1, "active": 2, "text": "3/10"}, "steps": [{"name": "walk", "phase": "Running", "progress": "3/10"}]} }
        """;
}
