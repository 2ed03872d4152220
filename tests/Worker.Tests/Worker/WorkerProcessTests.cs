using System.Diagnostics;
using PlaybookOperator.Core.Work;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Worker;

/// <summary>The built executable itself, in a process of its own.</summary>
public sealed class WorkerProcessTests(SampleFixture sample) : IDisposable
{
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
        using var kill = Process.Start("kill", ["-TERM", worker.Id.ToString()]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await worker.WaitForExitAsync(patience.Token);
        Assert.Equal(143, worker.ExitCode);
        Assert.DoesNotContain("reports", standIn.Paths);
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
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PlaybookOperator.Worker.dll")]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PLAYBOOK_API_URL"] = url;
        start.Environment["PLAYBOOK_TOKEN_FILE"] = token;
        start.Environment["PLAYBOOK_SECRETS_DIR"] = _folder.FullName;
        return Process.Start(start)!;
    }
}
