using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>Renders the chart with Helm, or with the renderer of <c>hack/chart</c> where there is none; without either the test is skipped.</summary>
internal static class ChartRenderer
{
    private static readonly string s_chart = Path.Combine(SourceTree.Root, "charts/playbook-operator");

    /// <summary>The variables of the operator's container that have a plain value.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(params string[] valueFiles)
    {
        var container = (await DeploymentAsync(valueFiles)).GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        return container.GetProperty("env").EnumerateArray().Where(variable => variable.TryGetProperty("value", out _))
            .ToDictionary(variable => variable.GetProperty("name").GetString()!, variable => variable.GetProperty("value").GetString()!, StringComparer.Ordinal);
    }

    public static async Task<JsonElement> DeploymentAsync(params string[] valueFiles)
    {
        var rendered = await RunAsync("helm", ["template", "playbook-operator", s_chart, .. valueFiles.SelectMany(file => new[] { "-f", file })]);
        if (rendered is null && Directory.Exists("/usr/share/gocode/src/github.com/Masterminds/sprig"))
            rendered = await RunAsync("bash", [Path.Combine(SourceTree.Root, "hack/chart/render.sh"), .. valueFiles.SelectMany(file => new[] { "-f", file })]);
        Assert.SkipWhen(rendered is null, "Neither Helm is installed nor what hack/chart/render.sh is compiled from (make test-cluster installs that).");
        var deployment = rendered!.Split("\n---\n").Single(document => document.Contains("\nkind: Deployment\n", StringComparison.Ordinal));
        return YamlDocument.Parse(deployment);
    }

    /// <summary>Null: there is no such program.</summary>
    private static async Task<string?> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program}: {await errors}");
        return said;
    }
}
