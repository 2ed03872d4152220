using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Running;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Container;

public sealed class ContainerCallsTests : IDisposable
{
    private readonly TaskBench _bench = new("http://unused.invalid");
    private readonly ManualTimeProvider _time = new();
    private readonly ContainerCalls _calls;

    public ContainerCallsTests() => _calls = new ContainerCalls(new RunnerOptions(), _time, () => 0.5);

    private static string Task(string keys, string beside = "") => $$$"""{"tool": {"kind": "container", "image": "busybox:{{ workload.tag }}", {{{keys}}} } {{{beside}}} }""";

    private static TaskPlan Compile(Assignment assignment)
    {
        var problems = new List<Problem>();
        return TaskCompiler.Compile(assignment.Task, ToolSchemas.All, TemplateOptions.Default, problems) ?? throw new InvalidOperationException(string.Join(' ', problems));
    }

    private async Task<(ContainerRequest? Request, WorkError? Error)> RenderAsync(string task)
    {
        _bench.WorkloadTemplate = """{"tag": "v{{ 1 + 1 }}", "words": ["a", 2]}""";
        var assignment = _bench.Assign(task);
        return await _calls.RenderAsync(assignment, Compile(assignment), CancellationToken.None);
    }

    private ValueTask<WorkReport> ReportAsync(ContainerEnd end, string beside = "")
    {
        _bench.WorkloadTemplate = """{"tag": "v1"}""";
        var assignment = _bench.Assign(Task(""" "env": {"T": "{{ secret.TOKEN }}"} """, beside));
        return _calls.ReportAsync(assignment, Compile(assignment), end, CancellationToken.None);
    }

    [Fact]
    public async Task Every_key_is_rendered_and_secrets_are_left_out()
    {
        _bench.Variables = """{"item": {"id": 7}}""";
        var (request, error) = await RenderAsync(Task(
            """
             "command": ["sh", "-c"], "args": "{{ workload.words }}", "timeout": "90s", "serviceAccount": "reader",
             "env": {"ID": "{{ item.id }}", "TOKEN": "{{ secret.TOKEN }}", "MAP": {"a": [1]}, "NONE": null}, "resources": {"limits": {"memory": "{{ item.id }}Mi"}}
            """,
            """, "timeout": 60"""));
        Assert.Null(error);
        Assert.Equal(("busybox:v2", 60.0, "reader"), (request!.Image, request.Timeout!.Value.TotalSeconds, request.ServiceAccount));
        Assert.Equal(["sh", "-c", "a", "2"], request.Command!.Concat(request.Args!));
        Assert.Equal(["ID=7", """MAP={"a":[1]}"""], request.Environment.Select(variable => $"{variable.Key}={variable.Value}"));
        Assert.Equal("""{"limits":{"memory":"7Mi"}}""", request.Resources!.Value.GetRawText());
    }

    [Theory]
    [InlineData(""" "command": "{{ workload.tag }}" """, WorkErrorKind.Configuration, "tool.command: must be a list of words, not a string.")]
    [InlineData(""" "env": {"A": "{{ missing.x }}"} """, WorkErrorKind.Template, "missing")]
    [InlineData(""" "timeout": "soon" """, WorkErrorKind.Configuration, "tool.timeout: must be a duration")]
    public async Task What_cannot_be_rendered_is_told(string keys, string kind, string expected)
    {
        var (_, error) = await RenderAsync(Task(keys));
        Assert.Equal(kind, error!.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("noise\n{\"rows\": 3}\n", """{"rows":3}""")]
    [InlineData("just text", "\"just text\"")]
    [InlineData("", "null")]
    public async Task The_last_line_of_a_container_that_succeeded_is_its_output(string log, string output)
    {
        var report = await ReportAsync(new ContainerEnd(null, "Completed", "") { ExitCode = 0, Log = log, Elapsed = TimeSpan.FromSeconds(2) });
        Assert.Equal((WorkOutcome.Completed, 2000.0), (report.Outcome, report.DurationMs));
        Assert.Equal($$"""{"exit_code":0,"reason":"Completed","output":{{output}}}""", report.Result!.Value.GetRawText());
    }

    [Fact]
    public async Task A_success_whose_output_is_lost_is_no_success()
    {
        var report = await ReportAsync(new ContainerEnd(null, "Completed", "") { ExitCode = 0 });
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.NoResult), (report.Outcome, report.Error!.Kind));
    }

    [Fact]
    public async Task A_failure_keeps_its_kind_its_exit_code_and_the_end_of_what_was_printed()
    {
        var report = await ReportAsync(new ContainerEnd(WorkErrorKind.Exit, "Error", "The container exited with 3.") { ExitCode = 3, Log = $"{new string('x', 5000)}\nno such table\n" });
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Exit, "3", false), (report.Outcome, report.Error!.Kind, report.Error.Code, report.Error.Retryable));
        Assert.StartsWith("The container exited with 3. It printed: …xxx", report.Error.Message, StringComparison.Ordinal);
        Assert.EndsWith("no such table", report.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WorkErrorKind.NodeLost, null, """, "retry": true""", true)]
    [InlineData(WorkErrorKind.DeadlineExceeded, null, """, "retry": true""", true)]
    [InlineData(WorkErrorKind.OutOfMemory, 137, """, "retry": true""", false)]
    [InlineData(WorkErrorKind.NodeLost, null, "", false)]
    [InlineData(WorkErrorKind.Exit, 75, """, "retry": {"when": "{{ response.exit_code == 75 and error.code == '75' and attempt < 3 }}"}""", true)]
    [InlineData(WorkErrorKind.Exit, 1, """, "retry": {"when": "{{ response.exit_code == 75 }}"}""", false)]
    [InlineData(WorkErrorKind.OutOfMemory, 137, """, "retry": {"when": "error.kind in ['OOMKilled', 'NodeLost']"}""", true)]
    public async Task Retries_follow_the_rules_of_the_step(string kind, int? exitCode, string retry, bool expected)
    {
        var report = await ReportAsync(new ContainerEnd(kind, kind, "It failed.") { ExitCode = exitCode, Log = "" }, retry);
        Assert.Equal(expected ? WorkOutcome.Waiting : WorkOutcome.Failed, report.Outcome);
        Assert.Equal(expected ? _time.GetUtcNow() + TimeSpan.FromSeconds(1) : null, report.NextAt);
    }

    [Fact]
    public async Task What_was_printed_may_decide_how_an_iteration_ends()
    {
        const string spec = """
            {"workflow": [{"step": "box", "loop": {"in": [1]}, "tool": {"kind": "container", "image": "x"},
              "case": [{"when": "event.name == 'call.done' and response.output.ok == false", "then": {"fail": "said {{ response.output.why }}"}}]}]}
            """;
        var task = PlanCompiler.Compile("test", JsonElement.Parse(spec), ToolSchemas.All, TemplateOptions.Default).Plan!.Steps[0].Task!;
        var end = new ContainerEnd(null, "Completed", "") { ExitCode = 0, Log = """{"ok": false, "why": "no"}""" };
        var report = await _calls.ReportAsync(_bench.Assign("{}"), task, end, CancellationToken.None);
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Fail, "said no"), (report.Outcome, report.Error!.Kind, report.Error.Message));
    }

    [Fact]
    public async Task Attempts_of_earlier_deliveries_count()
    {
        _bench.AttemptsUsed = 2;
        var report = await ReportAsync(new ContainerEnd(WorkErrorKind.NodeLost, "NodeLost", "Gone."), """, "retry": 3""");
        Assert.Equal((WorkOutcome.Failed, 3), (report.Outcome, report.Attempt));
    }

    [Fact]
    public async Task Without_a_cluster_the_tool_says_so()
    {
        var report = await _bench.RunAsync("""{"tool": {"kind": "container", "image": "busybox"}}""");
        Assert.Equal(WorkErrorKind.Configuration, report.Error!.Kind);
        Assert.Contains("needs a cluster", report.Error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _calls.Dispose();
    }
}
