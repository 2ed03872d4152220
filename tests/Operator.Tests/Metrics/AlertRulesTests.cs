using System.Diagnostics;
using System.Text.RegularExpressions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>The alerts of the chart, held against Prometheus' own tool and against the page that explains them.</summary>
public sealed partial class AlertRulesTests
{
    private static readonly string s_rules = Path.Combine(SourceTree.Root, "charts/playbook-operator/files/alerts.yaml");
    private static readonly string s_tests = Path.Combine(SourceTree.Root, "tests/Operator.Tests/Metrics/alerts.test.yaml");

    [Fact]
    public async Task Promtool_takes_every_rule()
    {
        var said = await PromtoolAsync("check", "rules", s_rules);
        Assert.Contains("SUCCESS", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_alert_fires_when_its_trouble_lasts_and_resolves_afterwards()
    {
        var folder = Directory.CreateTempSubdirectory("playbook-alerts-");
        try
        {
            var tests = Path.Combine(folder.FullName, "alerts.test.yaml");
            await File.WriteAllTextAsync(
                tests, (await File.ReadAllTextAsync(s_tests)).Replace("@FOLDER@", Path.GetDirectoryName(s_rules)!, StringComparison.Ordinal));
            await PromtoolAsync("test", "rules", tests);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Each_alert_has_a_section_in_the_operations_page_and_a_test_of_firing_and_of_resolving()
    {
        var alerts = Alert().Matches(await File.ReadAllTextAsync(s_rules)).Select(match => match.Groups["name"].Value).ToList();
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs/operations.md"));
        var tests = await File.ReadAllTextAsync(s_tests);

        Assert.True(alerts.Count >= 12, $"Only {alerts.Count} alerts were found.");
        Assert.DoesNotContain(alerts, alert => !page.Contains($"### {alert}\n", StringComparison.Ordinal));
        Assert.DoesNotContain(alerts, alert => !FiresAndResolves(tests, alert));
    }

    /// <summary>Looked at twice at least: once with an expected alert, and once without one.</summary>
    private static bool FiresAndResolves(string tests, string alert)
    {
        var looks = Regex.Matches(tests, $@"alertname: {alert}\n(?<fires>    exp_alerts:)?", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return looks.Any(look => look.Groups["fires"].Success) && looks.Any(look => !look.Groups["fires"].Success);
    }

    private static async Task<string> PromtoolAsync(params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("promtool", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("promtool is not installed (Debian package prometheus).");
        }

        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {said}");
        return said;
    }

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();
}
