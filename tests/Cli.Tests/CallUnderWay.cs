using System.Diagnostics;

namespace PlaybookOperator.Cli.Tests;

/// <summary>A call that lasts a minute, and a Ctrl-C as soon as it has reached the sample API.</summary>
internal sealed class CallUnderWay(SampleFixture sample)
{
    private readonly string _key = $"call-{Guid.NewGuid():N}";

    public string Url => $"{sample.Url}/concurrency/probe?seconds=60&run_key={_key}";

    public async Task InterruptAsync(Process process)
    {
        using var client = new HttpClient();
        var stats = new Uri($"{sample.Url}/concurrency/stats?run_key={_key}");
        while (!(await client.GetStringAsync(stats)).Contains("\"active\":1", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        // By the shell: a small Debian has no program of that name.
        using var kill = Process.Start("bash", ["-c", $"kill -INT {process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
