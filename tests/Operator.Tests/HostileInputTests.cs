using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Yaml;
using PlaybookOperator.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(PlaybookOperator.Operator.Tests.HostileOperator))]

namespace PlaybookOperator.Operator.Tests;

/// <summary>One operator for all hostile inputs, as a cluster has one for all its users.</summary>
public sealed class HostileOperator : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private OperatorUnderTest? _started;

    internal async Task<OperatorUnderTest> StartedAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_started is not null) return _started;
            _started = await OperatorUnderTest.StartAsync(("Api:Auth", "none"));
            _started.Playbook("echo", "workflow: [{step: measure, tool: {kind: transform, result: '{{ workload | length }}'}}]");
            _started.Playbook("healthy", "workflow: [{step: only, tool: {kind: noop}}]");
            return _started;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
        _starting.Dispose();
    }
}

/// <summary>What the operator makes of the inputs in tests/Hostile, by the API and by the custom resources.</summary>
[Collection(WholeOperator.Name)]
public sealed class HostileInputTests(HostileOperator shared)
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 10_000 };
    private static int s_number;

    public static TheoryData<string> Playbooks => [.. HostileInput.Names().Where(name => name.EndsWith(".yaml", StringComparison.Ordinal))];

    public static TheoryData<string> Requests => [.. HostileInput.Names().Where(name => name.EndsWith(".json", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Playbooks))]
    public async Task A_hostile_playbook_is_judged_and_holds_nobody_up(string name)
    {
        var input = HostileInput.Read(name);
        if (SpecOf(input) is not { } spec)
        {
            Assert.All((string[])["playbook", "execution"], door => Assert.True(input.At(door).Count == 0, $"{name} is no playbook that kubectl could send."));
            return;
        }

        var started = await shared.StartedAsync();
        var called = Unique("hostile");
        Put(started, "playbooks", "Playbook", called, spec);
        await OperatorUnderTest.UntilAsync($"{name} is judged", () => Ready(started.FindPlaybook(called)) is not null);
        Check(input, "playbook", (string)Ready(started.FindPlaybook(called))!["status"]!, (string?)Ready(started.FindPlaybook(called))!["message"] ?? "");
        Put(started, "executions", "Execution", called, $$"""{"playbook": "{{called}}"}""");
        await CheckExecutionAsync(started, input, called);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_hostile_request_is_answered_and_holds_nobody_up(string name)
    {
        var input = HostileInput.Read(name);
        var started = await shared.StartedAsync();
        using var client = new HttpClient { BaseAddress = started.Address };
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(input.Text)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await client.PostAsync("/api/executions", body, TestContext.Current.CancellationToken);
        var told = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Check(input, "api", ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), told);
        if (input.At("execution").Count > 0)
        {
            var called = Unique("request");
            Put(started, "executions", "Execution", called, input.Text);
            await CheckExecutionAsync(started, input, called);
        }

        await HealthyAsync(started);
    }

    private static async Task CheckExecutionAsync(OperatorUnderTest started, HostileInput input, string called)
    {
        var expected = input.At("execution");
        Assert.True(expected.Count > 0, $"tests/Hostile/{input.Name}.expected does not say what becomes of an Execution.");
        string? phase = null;
        await OperatorUnderTest.UntilAsync($"{input.Name} is {expected[0].Outcome}", () =>
        {
            phase = OperatorUnderTest.Phase(started.FindExecution(called));
            return phase is "Completed" or "Failed" or "Cancelled" || (expected[0].Outcome == "Running" && phase == "Running" && started.Jobs().Count > 0);
        });
        Check(input, "execution", phase!, OperatorUnderTest.Message(started.FindExecution(called)) ?? "");
        started.DeleteExecution(called);
        await HealthyAsync(started);
    }

    /// <summary>Whoever else uses the operator goes on.</summary>
    private static async Task HealthyAsync(OperatorUnderTest started)
    {
        var healthy = Unique("healthy");
        started.Execution(healthy, "playbook: healthy");
        Assert.Equal("Completed", OperatorUnderTest.Phase(await started.FinishedAsync(healthy)));
        started.DeleteExecution(healthy);
    }

    private static void Check(HostileInput input, string door, string outcome, string told)
    {
        var expected = input.At(door);
        Assert.True(expected.Count > 0, $"tests/Hostile/{input.Name}.expected does not say what {door} must make of it. It was {outcome}: {told}");
        Assert.DoesNotContain("\n   at ", told, StringComparison.Ordinal);
        foreach (var one in expected)
        {
            Assert.True(one.Outcome == outcome, $"{door} {one.Outcome} is expected, not {outcome}: {told}");
            Assert.Contains(one.Fragment, told, StringComparison.Ordinal);
        }
    }

    /// <summary>The spec as kubectl would send it; null when the file is no YAML or no playbook.</summary>
    private static string? SpecOf(HostileInput input)
    {
        try
        {
            var problems = new List<Problem>();
            return YamlDocument.ReadAll(input.Text) is [var first, ..] ? PlaybookDocument.Read(first.Root, problems)?.Spec.GetRawText() : null;
        }
        catch (YamlException)
        {
            return null;
        }
    }

    private static void Put(OperatorUnderTest started, string plural, string kind, string name, string spec) =>
        started.Cluster.Put($"/apis/playbooks.dev/v1alpha1/namespaces/team/{plural}", new JsonObject
        {
            ["apiVersion"] = "playbooks.dev/v1alpha1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "team" },
            ["spec"] = JsonNode.Parse(spec, documentOptions: s_deep),
        });

    private static JsonNode? Ready(JsonObject? playbook) =>
        (playbook?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition!["type"] == "Ready");

    private static string Unique(string prefix) => $"{prefix}-{Interlocked.Increment(ref s_number)}";
}
