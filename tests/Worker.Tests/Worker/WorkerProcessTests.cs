using System.Diagnostics;
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

    private async Task<Process> StartAsync(string url)
    {
        var token = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(token, "projected");
        var start = new ProcessStartInfo("dotnet", [s_worker]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PLAYBOOK_API_URL"] = url;
        start.Environment["PLAYBOOK_TOKEN_FILE"] = token;
        start.Environment["PLAYBOOK_SECRETS_DIR"] = _folder.FullName;
        return Process.Start(start)!;
    }
}
