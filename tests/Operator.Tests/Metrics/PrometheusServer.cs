using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>A real Prometheus on loopback that scrapes one target each second, where the machine has it (Debian package <c>prometheus</c>).</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("playbook-prometheus-");
    private readonly Process _process;
    private readonly HttpClient _client;

    public PrometheusServer(Uri target)
    {
        var port = FreePort();
        var config = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(config, $"global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: operator, static_configs: [{{targets: ['{target.Authority}']}}]}}]\n");
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var start = new ProcessStartInfo("prometheus", [
            $"--config.file={config}", $"--storage.tsdb.path={_folder.FullName}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ])
        { UseShellExecute = false, WorkingDirectory = _folder.FullName };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            _client.Dispose();
            _folder.Delete(recursive: true);
            Assert.Skip("prometheus is not installed (Debian package prometheus).");
            throw;
        }
    }

    /// <summary>Label sets and values of a query, asked until <paramref name="count"/> series are there.</summary>
    public Task<IReadOnlyDictionary<string, double>> QueryAsync(string query, string label, int count) =>
        QueryAsync(query, metric => metric.GetProperty(label).GetString()!, series => series.Count >= count);

    /// <summary>Values of a query by what <paramref name="nameOf"/> makes of their labels, asked until they are as wanted.</summary>
    public async Task<IReadOnlyDictionary<string, double>> QueryAsync(
        string query, Func<JsonElement, string> nameOf, Predicate<IReadOnlyDictionary<string, double>> areWanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            if (await AskAsync(query, patience.Token) is { } answer)
            {
                var series = answer.GetProperty("data").GetProperty("result").EnumerateArray().ToDictionary(
                    one => nameOf(one.GetProperty("metric")),
                    one => double.Parse(one.GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                    StringComparer.Ordinal);
                if (areWanted(series)) return series;
            }

            Assert.False(_process.HasExited, "prometheus has ended.");
            await pace.WaitForNextTickAsync(patience.Token);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonElement?> AskAsync(string query, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", cancellationToken);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
