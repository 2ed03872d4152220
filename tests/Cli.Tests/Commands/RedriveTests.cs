using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Cli.Tests.Commands;

/// <summary><c>playbook redrive</c> against an API server that knows one Execution.</summary>
public sealed class RedriveTests : IAsyncLifetime
{
    private const string Executions = "/apis/playbooks.dev/v1alpha1/namespaces/{space}/executions";
    private readonly PlaybookFolder _folder = new();
    private WebApplication? _server;
    private JsonElement? _created;
    private string _finished = "True";
    private string _phase = "Running";
    private int _failed = 1;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.MapGet(Executions + "/{name}", (HttpContext context, string space, string name) => GetAsync(context, space, name));
        _server.MapPost(Executions, CreateAsync);
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

    [Theory]
    [InlineData("team")]
    [InlineData("other", "--namespace", "other")]
    public async Task A_finished_Execution_gets_a_successor_whose_name_is_printed(string space, params string[] more)
    {
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), ["redrive", "nightly", .. more]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var name = _created!.Value.GetProperty("metadata").GetProperty("name").GetString()!;
        Assert.Equal(name, outcome.Output.Trim());
        Assert.StartsWith("nightly-retry-", name, StringComparison.Ordinal);
        Assert.Equal(space, _created.Value.GetProperty("metadata").GetProperty("namespace").GetString());
        Assert.Equal("""{"playbook":"book","retryOf":"nightly"}""", JsonSerializer.Serialize(_created.Value.GetProperty("spec")));
    }

    [Theory]
    [InlineData("nightly", "False", "Execution 'nightly' is Running; only a finished one can be run again.")]
    [InlineData("unknown", "True", "there is no Execution 'unknown' in namespace team.")]
    public async Task What_cannot_be_run_again_is_told_and_creates_nothing(string name, string finished, string message)
    {
        _finished = finished;
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), "redrive", name);
        Assert.Equal((1, true), (outcome.ExitCode, _created is null));
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Completed", 0, true)]
    [InlineData("Completed", 1, false)] // its loop allows it
    [InlineData("Failed", 0, false)]
    [InlineData("Cancelled", 0, false)]
    public async Task One_in_which_nothing_failed_is_not_run_again(string phase, int failed, bool isRefused)
    {
        (_phase, _failed) = (phase, failed);
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("kubeconfig"), "redrive", "nightly");
        Assert.Equal((isRefused ? 1 : 0, isRefused), (outcome.ExitCode, _created is null));
        Assert.Equal(isRefused, outcome.Errors.Contains("nothing failed in Execution 'nightly'; there is nothing to run again, and nothing was created.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_cluster_the_command_line_is_wrong()
    {
        var outcome = await PlaybookCommand.RunOnClusterAsync(_folder.Path("absent"), "redrive", "nightly");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("KUBECONFIG", outcome.Errors, StringComparison.Ordinal);
    }

    private Task GetAsync(HttpContext context, string space, string name)
    {
        if (name != "nightly")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}""");
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""
            {"apiVersion": "playbooks.dev/v1alpha1", "kind": "Execution", "metadata": {"name": "nightly", "namespace": "{{space}}", "uid": "u"}, "spec": {"playbook": "book"},
             "status": {"phase": "{{_phase}}", "progress": {"total": 3, "succeeded": 2, "failed": {{_failed}}, "active": 0}, "conditions": [{"type": "Finished", "status": "{{_finished}}"}]} }
            """);
    }

    private async Task CreateAsync(HttpContext context)
    {
        _created = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(_created.Value.GetRawText());
    }
}
