using System.Diagnostics;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>Debian's Chromium without a window: opens a page, lets it work, and says what then stands in it.</summary>
internal static class Browser
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <param name="url">The page.</param>
    /// <param name="milliseconds">How long the page works, by its own clock: that one stands still while an answer is awaited.</param>
    public static async Task<string> OpenAsync(Uri url, int milliseconds = 3000)
    {
        var profile = Directory.CreateTempSubdirectory("browser-");
        try
        {
            string[] arguments =
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--no-proxy-server", $"--user-data-dir={profile.FullName}", $"--virtual-time-budget={milliseconds}", "--dump-dom", url.ToString(),
            ];
            using var browser = Process.Start(new ProcessStartInfo("chromium", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(s_patience);
            try
            {
                var errors = browser.StandardError.ReadToEndAsync(patience.Token);
                var page = await browser.StandardOutput.ReadToEndAsync(patience.Token);
                await browser.WaitForExitAsync(patience.Token);
                Assert.True(browser.ExitCode == 0 && page.Length > 0, await errors);
                return page;
            }
            finally
            {
                if (!browser.HasExited) browser.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}
