using System.Net.Http.Json;
using System.Text.Json;

namespace PlaybookOperator.Cli.Tests;

/// <summary>A run of the sample API with counters and a request log of its own.</summary>
internal sealed class SampleRun(string url)
{
    public string Key { get; } = Guid.NewGuid().ToString("N");

    public string Url => url;

    /// <summary>Paths and queries of this run's requests, in order; the run key is left out.</summary>
    public async Task<IReadOnlyList<string>> RequestsAsync()
    {
        using var client = new HttpClient();
        var log = await client.GetFromJsonAsync<JsonElement>($"{url}/requests?run_key={Key}");
        return [.. log.GetProperty("requests").EnumerateArray().Select(request => request.GetProperty("path").GetString() + request.GetProperty("query").GetString())];
    }
}
