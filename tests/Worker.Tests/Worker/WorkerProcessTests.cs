using System.Diagnostics;
using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Worker;

/// <summary>The built executable itself, in a process of its own.</summary>
public sealed class WorkerProcessTests(SampleFixture sample, PostgresFixture postgres) : IDisposable
{
    /// <summary>Where it was built: beside the tests some of what it needs is left to their own framework.</summary>
    private static readonly string s_worker = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "Worker.Tests"), Path.Combine("src", "Worker"), StringComparison.Ordinal), "PlaybookOperator.Worker.dll");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("playbook-worker-");

    [Fact]
    public async Task The_process_does_its_work_with_mounted_secrets_and_exits_0()
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        standIn.Work = Assign("""{"tool": {"kind": "http", "url": "{{ secret.API }}/detail/3"}}""");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "API"), sample.Url + "\n");
        using var worker = await StartAsync(standIn.Url.ToString());
        var log = await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        Assert.Equal((0, WorkOutcome.Completed), (worker.ExitCode, standIn.LastReport.Outcome));
        Assert.Equal("***/detail/3", standIn.LastReport.Result!.Value.GetProperty("url").GetString());
        Assert.Equal(3, log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Beside_a_container_it_waits_for_its_end_and_sends_back_what_it_printed_without_secrets()
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "KEY"), "-----BEGIN KEY-----\nabcdefghij\n-----END KEY-----\n");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "TOKEN"), "s3cr3t-token");
        standIn.Queue("output", 204);
        standIn.Queue("output", 200, """{"log": "abcdefghij and s3cr3t-token\ns3cr3t-t", "is_cut": true}""");
        using var worker = await StartAsync(standIn.Url.ToString(), maskedPod: "box-1");
        await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        Assert.Equal(0, worker.ExitCode);
        Assert.Equal(["session", "output", "output", "output/masked"], standIn.Paths);
        // The last line was cut, so all is left out that may be the beginning of the longest secret in its longest spelling.
        var sent = JsonDocument.Parse(standIn.Calls.Last().Body).RootElement;
        Assert.Equal("box-1", sent.GetProperty("pod").GetString());
        Assert.DoesNotContain("s3cr3t", sent.GetProperty("log").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"log": "it is s3cr3t-token\n{\"t\": 1}\n"}""", 0, "it is ***\n{\"t\": 1}\n")]
    [InlineData(409, "{}", 0, null)]
    [InlineData(401, "{}", 1, null)]
    public async Task Beside_a_container_it_sends_what_there_is_once(int status, string answer, int exitCode, string? sent)
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "TOKEN"), "s3cr3t-token");
        for (var i = 0; i < 2; i++) standIn.Queue("output", status, answer);
        using var worker = await StartAsync(standIn.Url.ToString(), maskedPod: "box-1");
        await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        Assert.Equal(exitCode, worker.ExitCode);
        var masked = standIn.Calls.Where(call => call.Path == "output/masked").Select(call => JsonDocument.Parse(call.Body).RootElement.GetProperty("log").GetString());
        Assert.Equal(sent is null ? [] : [sent], masked);
    }

    [Fact]
    public async Task Without_its_secrets_it_sends_nothing()
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        using var worker = await StartAsync(standIn.Url.ToString(), "box-1", Path.Combine(_folder.FullName, "nowhere"));
        await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        Assert.Equal(2, worker.ExitCode);
        Assert.Empty(standIn.Calls);
    }

    [Fact]
    public async Task SIGTERM_ends_it_soon_without_a_report()
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        using var bench = new TaskBench(sample.Url);
        standIn.Work = Assign("""{"tool": {"kind": "http", "url": "URL/concurrency/probe?seconds=60&run_key=RUNKEY"}}""", bench);
        using var worker = await StartAsync(standIn.Url.ToString());
        while ((await bench.RequestsAsync()).Count == 0) Assert.False(worker.HasExited);
        // By the shell: a small Debian has no program of that name.
        using var kill = Process.Start("bash", ["-c", $"kill -TERM {worker.Id}"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await worker.WaitForExitAsync(patience.Token);
        Assert.Equal(143, worker.ExitCode);
        Assert.DoesNotContain("reports", standIn.Paths);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A13_a_process_that_is_killed_after_page_2_leaves_no_row_twice(int progressInTheLog)
    {
        await using var standIn = await OperatorStandIn.StartAsync();
        using var bench = new TaskBench(sample.Url);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "DB"), postgres.ConnectionString);
        var work = bench.Assign("""
            {"tool": {"kind": "http", "url": "URL/api/v1/assessments", "params": {"page": 1, "pageSize": 10}},
             "retry": {"on_success": {"while": "{{ response.paging.hasMore }}", "collect": {"path": "data"},
               "per_iteration": {"sink": {"tool": "postgres", "auth": "DB", "table": "shop.kinds", "data": {"tag": "RUNKEY", "b": "{{ page }}"}}}}}}
            """) with { Secrets = ["DB"] };
        (standIn.Work, standIn.HeldProgress) = (work, 3);
        using (var killed = await StartAsync(standIn.Url.ToString()))
        {
            // Page 3 is written but not committed when the process dies; whether its word got into the log is open.
            await Task.WhenAny(standIn.Held.Task, killed.WaitForExitAsync());
            Assert.True(standIn.Held.Task.IsCompleted, string.Join('\n', standIn.Calls));
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        standIn.Work = work with { Fence = 2, Progress = standIn.Progress[progressInTheLog] };
        standIn.HeldProgress = 0;
        using var second = await StartAsync(standIn.Url.ToString());
        await second.StandardOutput.ReadToEndAsync();
        await second.WaitForExitAsync();
        Assert.Equal((0, WorkOutcome.Completed, 2), (second.ExitCode, standIn.LastReport.Outcome, standIn.LastReport.Fence));
        Assert.Equal("1 2 3 4", await postgres.ReadAsync($"SELECT string_agg(b::text, ' ' ORDER BY b) FROM shop.kinds WHERE tag = '{bench.RunKey}'"));
        Assert.Equal(35, standIn.LastReport.Result!.Value.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("not a url")]
    [InlineData("")]
    public async Task A_wrong_environment_is_told_and_exits_2(string url)
    {
        using var worker = await StartAsync(url);
        var log = await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        Assert.Equal(2, worker.ExitCode);
        Assert.Contains("PLAYBOOK_API_URL", log, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Assignment Assign(string task, TaskBench? bench = null)
    {
        using var own = new TaskBench(sample.Url);
        return (bench ?? own).Assign(task) with { Secrets = ["API"] };
    }

    private async Task<Process> StartAsync(string url, string? maskedPod = null, string? secrets = null)
    {
        var token = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(token, "projected");
        var start = new ProcessStartInfo("dotnet", [s_worker]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PLAYBOOK_API_URL"] = url;
        start.Environment["PLAYBOOK_TOKEN_FILE"] = token;
        start.Environment["PLAYBOOK_SECRETS_DIR"] = secrets ?? _folder.FullName;
        if (maskedPod is not null) start.Environment["PLAYBOOK_MASKED_POD"] = maskedPod;
        return Process.Start(start)!;
    }
}
