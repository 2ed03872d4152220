using System.Diagnostics;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>Prometheus' own check of an exposition, where the machine has it (Debian package <c>prometheus</c>).</summary>
internal static class Promtool
{
    /// <summary>Fails when promtool finds a fault or would lint; without promtool the calling test is reported as skipped.</summary>
    public static async Task AssertCleanAsync(string exposition)
    {
        using var process = new Process { StartInfo = Start() };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("promtool is not installed (Debian package prometheus).");
        }

        await process.StandardInput.WriteAsync(exposition);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && said.Length == 0, $"promtool exit code {process.ExitCode}: {said}");
    }

    private static ProcessStartInfo Start() => new("promtool", ["check", "metrics"])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
