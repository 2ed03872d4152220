using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running;

public sealed class RetryTests(SampleFixture sample)
{
    [Theory]
    [InlineData("500", 3)]
    [InlineData("501", 3)]
    [InlineData("503", 3)]
    [InlineData("408", 3)]
    [InlineData("425", 3)]
    [InlineData("429", 3)]
    [InlineData("400", 1)]
    [InlineData("401", 1)]
    [InlineData("403", 1)]
    [InlineData("404", 1)]
    [InlineData("409", 1)]
    public async Task E4_without_when_only_transient_statuses_are_retried(string status, int calls)
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync(Errors(status, "true"));
        Assert.Equal(WorkOutcome.Failed, report.Outcome);
        Assert.Equal(calls, (await bench.RequestsAsync()).Count);
        Assert.Equal(calls, report.Attempt);
        Assert.Equal(calls - 1, report.Notes.Count(note => note.Type == EventType.CallRetry));
    }

    [Fact]
    public async Task E1_listed_statuses_are_retried_and_no_others()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        await bench.RunAsync(Errors("404", """{"on_error": {"retryable_status_codes": [404]}}"""));
        Assert.Equal(3, (await bench.RequestsAsync()).Count);
        await bench.RunAsync(Errors("500", """{"on_error": {"retryable_status_codes": [404]}}"""));
        Assert.Equal(4, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task E2_stop_when_wins_over_when()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync(Errors("500", """{"on_error": {"max_attempts": 9, "when": "{{ error.status == 500 }}", "stop_when": "{{ attempt >= 4 }}"}}"""));
        Assert.Equal(4, (await bench.RequestsAsync()).Count);
        Assert.Equal(4, report.Attempt);
    }

    [Fact]
    public async Task When_sees_the_error_and_the_answer_of_the_failed_attempt()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var when = "{{ error.kind == 'Http' and status_code == 404 and response.status == 404 and attempt < 2 and not error.retryable }}";
        await bench.RunAsync(Errors("404", $$"""{"on_error": {"max_attempts": 9, "when": "{{when}}"} }"""));
        Assert.Equal(2, (await bench.RequestsAsync()).Count);
    }

    [Fact]
    public async Task E3_a_call_that_fails_n_minus_1_times_succeeds_at_last()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync(Errors("500", """{"on_error": {"max_attempts": 5, "initial_delay": 0.1}}""", "&fail_times=4"));
        Assert.Equal(WorkOutcome.Completed, report.Outcome);
        Assert.Equal(5, report.Attempt);
        Assert.Equal(5, report.Result!.Value.GetProperty("data").GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Delays_grow_by_the_multiplier_up_to_the_maximum()
    {
        var time = new QuickTimeProvider();
        using var bench = new TaskBench(sample.Url, time) { Options = new() { HandsBackLongWaits = false } };
        await bench.RunAsync(Errors("500", """{"on_error": {"max_attempts": 6, "initial_delay": 1, "backoff_multiplier": 3, "max_delay": 10, "jitter": false}}"""));
        Assert.Equal([1, 3, 9, 10, 10], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("&retry_after_format=date", 4)]
    public async Task E8_retry_after_replaces_a_shorter_delay(string format, double seconds)
    {
        var time = new QuickTimeProvider();
        using var bench = new TaskBench(sample.Url, format.Length > 0 ? TimeProvider.System : time);
        bench.Options = new() { LongestWait = TimeSpan.Zero };
        var before = bench.Time.GetUtcNow();
        var report = await bench.RunAsync(Errors("429", "true", $"&retry_after={seconds}{format}"));
        Assert.Equal(WorkOutcome.Waiting, report.Outcome);
        // A date has whole seconds, so it may lie up to one before.
        Assert.InRange((report.NextAt!.Value - before).TotalSeconds, seconds - 1, seconds + 2);
    }

    [Fact]
    public async Task Retry_after_is_cut_at_the_maximum_delay()
    {
        var time = new QuickTimeProvider();
        using var bench = new TaskBench(sample.Url, time);
        await bench.RunAsync(Errors("503", """{"on_error": {"max_attempts": 2, "max_delay": 3}}""", "&retry_after=4000"));
        Assert.Equal(TimeSpan.FromSeconds(3), Assert.Single(time.Waits));
    }

    [Fact]
    public async Task A_long_wait_is_handed_back_with_the_attempts_used()
    {
        var time = new QuickTimeProvider();
        using var bench = new TaskBench(sample.Url, time) { AttemptsUsed = 1 };
        var report = await bench.RunAsync(Errors("500", """{"on_error": {"max_attempts": 3, "initial_delay": 7, "jitter": false}}"""));
        Assert.Equal(WorkOutcome.Waiting, report.Outcome);
        Assert.Equal(2, report.Attempt);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromSeconds(14), report.NextAt);
        Assert.Equal(500, report.Error!.Status);
        Assert.Empty(time.Waits);
    }

    [Fact]
    public async Task The_last_attempt_of_a_later_delivery_is_final()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider()) { AttemptsUsed = 2 };
        var report = await bench.RunAsync(Errors("500", "3"));
        Assert.Equal((WorkOutcome.Failed, 3), (report.Outcome, report.Attempt));
        Assert.Single(await bench.RequestsAsync());
    }

    [Fact]
    public async Task An_unreachable_host_is_retried_as_a_network_error()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync("""{"tool": {"kind": "http", "url": "http://127.0.0.1:1/x"}, "retry": 2}""");
        Assert.Equal((WorkErrorKind.Network, true, 2), (report.Error!.Kind, report.Error.Retryable, report.Attempt));
    }

    [Fact]
    public async Task When_a_report_can_carry_no_more_retries_the_work_is_handed_back_so_that_each_is_told()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider()) { Options = new() { HandsBackLongWaits = false } };
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "http://127.0.0.1:1/x"}, "retry": {"on_error": {"max_attempts": 5000, "initial_delay": 0}}}
            """);
        // The report itself tells the last one.
        Assert.Equal((WorkOutcome.Waiting, WorkLimits.MaxNotes, 0, WorkLimits.MaxNotes + 1), (report.Outcome, report.Notes.Count, report.NotesDropped, report.Attempt));
    }

    [Fact]
    public async Task What_an_earlier_attempt_was_answered_does_not_pass_for_the_answer_to_a_later_one()
    {
        using var bench = new TaskBench(sample.Url, new QuickTimeProvider());
        var report = await bench.RunAsync("""
            {"tool": {"kind": "http", "url": "{{ 'URL/errors?error_type=503&run_key=RUNKEY' if attempt == 1 else absent.host }}"},
             "retry": {"on_error": {"max_attempts": 9, "initial_delay": 0, "when": "{{ status_code == 503 }}"}}}
            """);
        Assert.Equal((WorkErrorKind.Template, 2), (report.Error!.Kind, report.Attempt));
    }

    [Fact]
    public async Task Cancelling_during_a_wait_ends_at_once_without_a_report()
    {
        using var stop = new CancellationTokenSource();
        var time = new Testing.ManualTimeProvider();
        using var bench = new TaskBench(sample.Url, time);
        var run = bench.RunAsync("""{"tool": {"kind": "http", "url": "http://127.0.0.1:1/x", "timeout": 100}, "retry": 2}""", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static string Errors(string status, string retry, string query = "") =>
        $$"""{"tool": {"kind": "http", "url": "URL/errors?error_type={{status}}&run_key=RUNKEY{{query}}"}, "retry": {{retry}}}""";
}
