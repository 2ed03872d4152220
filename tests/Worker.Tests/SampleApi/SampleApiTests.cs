using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace PlaybookOperator.Worker.Tests.SampleApi;

/// <summary>What other tests and samples rely on.</summary>
public sealed class SampleApiTests(SampleFixture sample) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(sample.Url) };
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Users_answer_in_pages_or_by_offset()
    {
        var pages = await GetAsync("/api/v1/users?page=3&pageSize=15");
        Assert.Equal((5, false), (pages.GetProperty("data").GetArrayLength(), pages.GetProperty("paging").GetProperty("hasMore").GetBoolean()));
        var offset = await GetAsync("/api/v1/users?offset=30");
        Assert.Equal((5, false, 35), (offset.GetProperty("users").GetArrayLength(), offset.GetProperty("has_more").GetBoolean(), offset.GetProperty("total").GetInt32()));
    }

    [Fact]
    public async Task A_cursor_that_cannot_be_read_means_the_first_page()
    {
        Assert.Equal(1, (await GetAsync("/api/v1/events?cursor=%%%")).GetProperty("events")[0].GetProperty("id").GetInt32());
        Assert.Equal(JsonValueKind.Null, (await GetAsync("/api/v1/events?cursor=NA==")).GetProperty("next_cursor").ValueKind);
    }

    [Fact]
    public async Task Flaky_pages_fail_once_for_each_run_key_until_reset()
    {
        var path = $"/api/v1/flaky?page=2&fail_on=2&run_key={_key}";
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(path));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(path + "other"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(path));
        await _http.PostAsync($"/api/v1/flaky/reset?run_key={_key}", null);
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(path));
    }

    [Fact]
    public async Task The_concurrency_probe_counts_calls_under_way()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => GetAsync($"/concurrency/probe?ms=300&run_key={_key}")));
        var stats = await GetAsync($"/concurrency/stats?run_key={_key}");
        Assert.Equal((3, 3, 0), (stats.GetProperty("started").GetInt32(), stats.GetProperty("completed").GetInt32(), stats.GetProperty("active").GetInt32()));
        Assert.InRange(stats.GetProperty("max_active").GetInt32(), 2, 3);
    }

    [Fact]
    public async Task The_request_log_holds_and_forgets_one_run()
    {
        await GetAsync($"/health?run_key={_key}");
        var log = await GetAsync($"/requests?run_key={_key}");
        Assert.Equal("/health", log.GetProperty("requests")[0].GetProperty("path").GetString());
        await _http.DeleteAsync($"/requests?run_key={_key}");
        Assert.Equal(0, (await GetAsync($"/requests?run_key={_key}")).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("linked")]
    [InlineData("windowed")]
    [InlineData("expanded")]
    public async Task The_reference_chain_has_382_items_in_every_mode(string mode)
    {
        var count = 0;
        for (var next = $"/reference-chain/items?mode={mode}"; next is not null;)
        {
            var page = await GetAsync(next);
            count += page.GetProperty("items").GetArrayLength();
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(382, count);
    }

    [Fact]
    public async Task Patient_records_are_the_same_every_time_and_have_two_to_five_pages()
    {
        for (var patient = 1; patient <= 8; patient++)
        {
            var first = await GetAsync($"/patient-records?patient_id={patient}&payload_kb=1&run_key={_key}");
            Assert.InRange(first.GetProperty("total").GetInt32() / 10, 2, 5);
            var again = await GetAsync($"/patient-records?patient_id={patient}&payload_kb=1&run_key={_key}");
            Assert.True(JsonElement.DeepEquals(first, again));
        }
    }

    [Fact]
    public async Task The_rate_limit_refuses_what_comes_too_fast()
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StatusAsync($"/rate-limited?requests_per_second=2&run_key={_key}")));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Contains(HttpStatusCode.OK, statuses);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> GetAsync(string path) => await _http.GetFromJsonAsync<JsonElement>(path);

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return response.StatusCode;
    }
}
