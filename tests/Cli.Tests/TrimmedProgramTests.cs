using System.Diagnostics;

namespace PlaybookOperator.Cli.Tests;

/// <summary>What is installed is trimmed, and what these tests start is not: what trimming may change is held here.</summary>
public sealed class TrimmedProgramTests
{
    private const string Program = """
        var gate = new Lock();
        var stop = new CancellationTokenSource();
        var work = Probe.RunAsync(gate, null, stop.Token);
        stop.Cancel();
        await work;
        var isFree = false;
        var other = new Thread(() => isFree = gate.TryEnter());
        other.Start();
        other.Join();
        Console.WriteLine(isFree ? "released" : "held for ever");

        internal static class Probe
        {
            private static int s_active = 1;

            public static async Task RunAsync(Lock gate, SemaphoreSlim? ceiling, CancellationToken cancellationToken)
            {
                await Task.Yield();
                try
                {
                    while (s_active > 0)
                    {
                        if (ceiling is not null) await ceiling.WaitAsync(cancellationToken);
                        try
                        {
                            await Task.Delay(Timeout.Infinite, cancellationToken);
                        }
                        finally
                        {
                            ceiling?.Release();
                        }

                        await Task.Yield();
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    lock (gate) s_active--;
                }
            }
        }
        """;

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <RunAnalyzers>false</RunAnalyzers>
            <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
            <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
            <RestoreLockedMode>false</RestoreLockedMode>
          </PropertyGroup>
        </Project>
        """;

    [Fact]
    public async Task A_lock_that_is_taken_where_an_exception_is_caught_is_released_in_a_trimmed_program_too()
    {
        // Below the repository's root, so that it is built with the settings of the programs.
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "out", "tests", Guid.NewGuid().ToString("N")));
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Probe.csproj"), Project, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Program.cs"), Program, TestContext.Current.CancellationToken);
            var output = Path.Combine(folder.FullName, "published");

            var (published, said) = await RunAsync(
                "dotnet", "publish", folder.FullName, "--configuration", "Release", "--runtime", "linux-x64", "--self-contained", "--verbosity", "quiet",
                "-p:PublishTrimmed=true", "--output", output);

            Assert.True(published == 0, said);
            Assert.Equal((0, "released\n"), await RunAsync(Path.Combine(output, "PlaybookOperator.Probe")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
