using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

public sealed class AssignmentRunnerTests(SampleFixture sample)
{
    [Theory]
    [InlineData("{{ item.n + 1 }}", "42")]
    [InlineData("{{ item }}", """{"n":41}""")]
    [InlineData("{{ vars.list }}", "[1,2]")]
    [InlineData("{{ loop.index }}/{{ loop.length }}", "\"3/9\"")]
    [InlineData("{{ earlier.data.x }}", "null")]
    [InlineData("{{ workload.greeting }}", "\"hello you\"")]
    [InlineData("{{ workload.deep.kept }}-{{ workload.deep.given }}", "\"kept-{{ 1 + 1 }}\"")]
    [InlineData("{{ args.own }} {{ args.handed }} {{ args.both }}", "\"42 handed own\"")]
    [InlineData("{{ iteration.id }}", "\"7-12-3\"")]
    [InlineData("{{ iteration.index }}", "3")]
    [InlineData("{{ execution_id }}", "\"7123456789012345678\"")]
    [InlineData("{{ attempt }}", "1")]
    [InlineData("plain", "\"plain\"")]
    public async Task Templates_see_what_the_assignment_brings(string template, string result)
    {
        using var bench = Bench();
        var report = await bench.RunAsync("{\"tool\": {\"kind\": \"transform\", \"result\": \"" + template + "\"}, \"args\": {\"own\": \"{{ item.n + 1 }}\", \"both\": \"own\"}}");
        Assert.Null(report.Error);
        Assert.Equal(result, report.Result!.Value.GetRawText());
        Assert.Equal((12, 3, 1, WorkOutcome.Completed, 1), (report.RunId, report.Index, report.Fence, report.Outcome, report.Attempt));
    }

    [Theory]
    [InlineData("{{ itme.n }}", "item")]
    [InlineData("{{ item.n / 0 }}", "line 1, column")]
    [InlineData("{{ missing }}", "missing")]
    public async Task E9_a_template_that_fails_is_an_error_that_says_where(string template, string words)
    {
        using var bench = Bench();
        var report = await bench.RunAsync("{\"tool\": {\"kind\": \"transform\", \"result\": \"text " + template + "\"}, \"retry\": true}");
        Assert.Equal((WorkOutcome.Failed, WorkErrorKind.Template, 1), (report.Outcome, report.Error!.Kind, report.Attempt));
        Assert.Contains(words, report.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", "Configuration")]
    [InlineData("""{"tool": {"kind": "nonsense"}}""", "Configuration")]
    [InlineData("""{"tool": {"kind": "http"}}""", "Configuration")]
    [InlineData("""{"tool": {"kind": "transform", "result": "{{ 1 + }}"}}""", "Configuration")]
    [InlineData("""{"tool": {"kind": "transform", "result": "{{ secret.ABSENT }}"}}""", "Secret")]
    public async Task A_task_that_cannot_run_is_reported_and_never_thrown(string task, string kind)
    {
        using var bench = Bench();
        var report = await bench.RunAsync(task);
        Assert.Equal((WorkOutcome.Failed, kind), (report.Outcome, report.Error!.Kind));
    }

    [Fact]
    public async Task A_broken_workload_template_names_its_field()
    {
        using var bench = Bench();
        bench.WorkloadTemplate = """{"a": [1, "{{ oops"]}""";
        var report = await bench.RunAsync("""{"tool": {"kind": "noop"}}""");
        Assert.Equal(WorkErrorKind.Template, report.Error!.Kind);
        Assert.Contains("workload.a[1]", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_above_the_limit_fails_and_one_at_the_limit_does_not()
    {
        using var bench = Bench();
        bench.MaxResultBytes = 102;
        Assert.Equal(WorkOutcome.Completed, (await bench.RunAsync(Long(100))).Outcome);
        Assert.Equal(WorkErrorKind.ResultTooLarge, (await bench.RunAsync(Long(101))).Error!.Kind);
        var list = await bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ range(1000000) }}"}}""");
        Assert.Equal(WorkErrorKind.ResultTooLarge, list.Error!.Kind);

        static string Long(int length) => "{\"tool\": {\"kind\": \"transform\", \"result\": \"" + new string('x', length) + "\"}}";
    }

    [Fact]
    public async Task A_result_of_64_levels_is_reported_and_a_deeper_one_fails()
    {
        using var bench = Bench();
        bench.Variables = "{\"deep\": " + new string('[', 63) + new string(']', 63) + "}";
        Assert.Equal(WorkOutcome.Completed, (await bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ [deep] }}"}}""")).Outcome);
        var report = await bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ [[deep]] }}"}}""");
        Assert.Equal("The result nests deeper than 64 levels.", report.Error!.Message);
    }

    [Fact]
    public async Task A_long_error_is_cut_after_masking()
    {
        using var bench = Bench();
        bench.Secrets["KEY"] = new string('k', 5000);
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "{{ secret.KEY }}"}}""");
        Assert.InRange(report.Error!.Message.Length, 1, WorkLimits.MaxErrorLength);
        Assert.DoesNotContain("kkkk", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_used_in_full_and_leaves_as_asterisks()
    {
        using var bench = Bench();
        bench.Secrets["KEY"] = "s3cret/value";
        bench.Secrets["PIN"] = "482913";
        bench.WorkloadTemplate = """{"token": "{{ secret.KEY }}"}""";
        var report = await bench.RunAsync("""
            {"tool": {"kind": "transform", "result": {"length": "{{ workload.token | length }}", "text": "<{{ secret.KEY }}>", "pin": "{{ secret.PIN | int }}",
              "{{ 'fixed' }}": 1, "list": ["{{ secret.KEY | urlencode }}", "{{ args.key }}"]}}, "args": {"key": "a {{ secret.KEY }} b"}}
            """);
        Assert.Null(report.Error);
        var result = report.Result!.Value;
        Assert.Equal(12, result.GetProperty("length").GetInt32());
        Assert.Equal(("<***>", "***"), (result.GetProperty("text").GetString(), result.GetProperty("pin").GetString()));
        Assert.Equal("""["***","a *** b"]""", result.GetProperty("list").GetRawText());
    }

    [Fact]
    public async Task A_secret_in_an_error_and_its_notes_is_masked()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        bench.Secrets["PATH"] = "hidden-path";
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "URL/{{ secret.PATH }}"}, "retry": {"on_error": {"max_attempts": 2, "when": "true", "initial_delay": 0}}}""");
        Assert.Contains("/***", report.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("/***", Assert.Single(report.Notes).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_straddles_the_cut_of_an_echoed_body_is_masked()
    {
        using var bench = Bench();
        bench.Secrets["KEY"] = new string('z', 150);
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "URL/bad/echo", "params": {"status": 404, "padding": "PADDING", "key": "{{ secret.KEY }}"}}}""".Replace("PADDING", new string('p', 100), StringComparison.Ordinal));
        Assert.Equal(WorkErrorKind.Http, report.Error!.Kind);
        Assert.DoesNotContain("zzz", report.Error.Message, StringComparison.Ordinal);
        Assert.Contains("***", report.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conditions_that_met_something_undefined_are_counted()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "URL/detail/0"}, "retry": {"on_error": {"when": "{{ response.a.b.c > 1 }}"}}}""");
        Assert.Equal((1, 1), (report.Attempt, report.Warnings));
    }

    private TaskBench Bench() => new(sample.Url)
    {
        Variables = """{"item": {"n": 41}, "vars": {"list": [1, 2]}, "loop": {"index": 3, "length": 9}, "earlier": {"data": {"x": null}}, "args": {"handed": "handed", "both": "handed"}}""",
        WorkloadTemplate = """{"name": "me", "greeting": "hello {{ workload.name }}", "deep": {"kept": "kept", "given": "x"}}""",
        WorkloadValues = """{"name": "you", "deep": {"given": "{{ 1 + 1 }}"}}""",
    };
}
