using System.Diagnostics;
using System.Text.Json;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Strange;

/// <summary>Runs that somebody stops, in a process of their own: signals are a matter of processes.</summary>
public sealed class InterruptionTests(World world)
{
    private readonly Api _api = world.Api();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_cancels_the_run_cleanly_and_what_was_done_is_told(string signal)
    {
        using var folder = new Folder();
        var file = folder.Write("playbook.yaml", _api.Fill("""
            kind: Playbook
            metadata: {name: test}
            workflow:
            - step: walk
              loop: {in: "{{ range(50) }}"}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: "{{ 1 if item < 3 else 60000 }}", run_key: $key}}
              next: after
            - step: after
            """));
        using var process = Start("run", file, "--output", "json", "--events", folder.Path("log"));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await UntilAsync(async () => (await _api.RequestsAsync()).Count == 4);

        Assert.Equal(0, await SignalAsync(process.Id, signal));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(patience.Token);

        Assert.True(process.ExitCode == 3, $"exit {process.ExitCode}: {await output}{await errors}");
        var summary = JsonElement.Parse(await output);
        Assert.Equal("CANCELLED", summary.GetProperty("status").GetString());
        Assert.Equal(3, summary.GetProperty("events").GetProperty("by_type").GetProperty("iteration.completed").GetInt32());
        Laws.Check([.. (await File.ReadAllLinesAsync(folder.Path("log"))).Select(line => JsonElement.Parse(line))]);
        Assert.Equal(4, (await _api.RequestsAsync()).Count);
    }

    [Fact]
    public async Task A_timeout_during_the_wait_for_a_retry_ends_the_run_at_once()
    {
        var outcome = await _api.RunAsync("""
            - step: call
              tool: {kind: http, url: $api/errors, params: {error_type: 500, run_key: $key}}
              retry: {on_error: {initial_delay: 50s, jitter: false}}
            """, "", "--timeout", "5s");

        Assert.Equal((3, "CANCELLED"), (outcome.ExitCode, outcome.Status));
        Assert.InRange(outcome.Seconds, 4, 40);
        Assert.Single(await _api.RequestsAsync());
    }

    [Fact]
    public async Task A_deadline_of_the_playbook_fails_the_run_and_keeps_what_was_done()
    {
        var outcome = await _api.RunAsync("""
            - step: walk
              loop: {in: "{{ range(50) }}", mode: async, maxParallel: 2}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: "{{ 1 if item < 4 else 60000 }}", run_key: $key}}
            """, "limits: {maxDuration: 5s}");

        outcome.Failed("maxDuration");
        Assert.Equal(4, outcome.Count("iteration.completed"));
        Assert.Equal("[0,1,2,3]", Outcome.Compact(JsonElement.Parse($"[{string.Join(',', outcome.EventsOf("iteration.completed").Select(line => line.GetProperty("iteration_index").GetInt32()).Order())}]")));
        Assert.Contains("\"DeadlineExceeded\"", outcome.EventsOf("playbook.failed").Single().GetRawText(), StringComparison.Ordinal);
        Assert.Equal(4, outcome.At("walk", "stats.succeeded").GetInt32());
    }

    [Fact]
    public async Task With_parallel_1_nothing_overlaps_over_the_whole_run()
    {
        var outcome = await _api.RunAsync("""
            - step: start
              next: [a, b]
            - step: a
              loop: {in: [1, 2, 3, 4], mode: async}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 20, run_key: $key}}
            - step: b
              loop: {in: [1, 2, 3, 4], mode: async}
              tool: {kind: http, url: $api/concurrency/probe, params: {ms: 20, run_key: $key}}
            """, "", "--parallel", "1");

        outcome.Completed();
        Assert.Equal((1, 8), await _api.ConcurrencyAsync());
    }

    /// <summary>Whoever runs the tests in the background of a script has had SIGINT ignored for all their processes.</summary>
    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "PlaybookOperator.Cli.dll"), .. arguments])
    { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<int> SignalAsync(int process, string signal)
    {
        // By the shell: a small Debian has no program of that name.
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {process}"]);
        await kill.WaitForExitAsync();
        return kill.ExitCode;
    }

    /// <summary>Asks again and again until it is so, at most for a minute.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition()) await ticks.WaitForNextTickAsync(patience.Token);
    }
}
