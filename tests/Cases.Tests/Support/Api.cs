using System.Net.Http.Json;
using System.Text.Json;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>One request as the sample API logged it.</summary>
internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Query, DateTimeOffset Time)
{
    public string this[string name] => Query[name];
}

/// <summary>The sample API as one test sees it: its counters and its log are kept apart by a run key.</summary>
public sealed class Api(string url)
{
    private static readonly HttpClient s_client = new();

    public string Url => url;

    public string Key { get; } = "k" + Guid.NewGuid().ToString("N");

    /// <summary>Runs a list of steps in which <c>$api</c> and <c>$key</c> stand for this API's address and this test's run key.</summary>
    internal Task<Outcome> RunAsync(string steps, string spec = "", params string[] arguments) => Run.StepsAsync(Fill(steps), Fill(spec), arguments);

    internal string Fill(string text) => text.Replace("$api", url, StringComparison.Ordinal).Replace("$key", Key, StringComparison.Ordinal);

    /// <summary>This test's requests, oldest first, without the run key; <paramref name="path"/> null: all.</summary>
    internal async Task<IReadOnlyList<Request>> RequestsAsync(string? path = null)
    {
        var log = await s_client.GetFromJsonAsync<JsonElement>($"{url}/requests?run_key={Key}");
        return
        [
            .. log.GetProperty("requests").EnumerateArray().Select(Read).Where(request => path is null || request.Path == path),
        ];
    }

    /// <summary>Number of calls ever active at once at <c>/concurrency/probe</c>, and how many completed.</summary>
    internal async Task<(int MaxActive, int Completed)> ConcurrencyAsync()
    {
        var stats = await s_client.GetFromJsonAsync<JsonElement>($"{url}/concurrency/stats?run_key={Key}");
        return (stats.GetProperty("max_active").GetInt32(), stats.GetProperty("completed").GetInt32());
    }

    private static Request Read(JsonElement request)
    {
        var query = request.GetProperty("query").GetString()!.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Where(pair => pair[0] != "run_key")
            .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair.Length > 1 ? pair[1].Replace('+', ' ') : ""));
        return new Request(request.GetProperty("method").GetString()!, request.GetProperty("path").GetString()!, query, request.GetProperty("time").GetDateTimeOffset());
    }
}
