using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

public sealed class CacheApiTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly BoundedCache<string, string> _cache;
    private LoopbackApp? _app;

    public CacheApiTests() =>
        _cache = new(new BoundedCacheOptions { Name = "playbook", MaxEntries = 3, TimeToLive = TimeSpan.FromSeconds(60) }, _time);

    public async ValueTask InitializeAsync()
    {
        foreach (var key in (string[])["a", "b", "c", "d"]) _cache.Set(key, key);
        _cache.TryGet("b", out _);
        _cache.TryGet("a", out _);
        _app = await StartAsync(ApiOptions.NoAuth);
    }

    [Fact]
    public async Task Every_cache_is_listed_with_its_statistics()
    {
        var cache = (await GetAsync("/api/caches")).GetProperty("caches").EnumerateArray().Single();

        Assert.Equal("playbook", cache.GetProperty("name").GetString());
        Assert.Equal((3, 3, 1L, 1L, 1L), (Number(cache, "size"), Number(cache, "max_size"), Number(cache, "hits"), Number(cache, "misses"), Number(cache, "evictions")));
        Assert.Equal(0.5, cache.GetProperty("hit_rate").GetDouble());
    }

    [Fact]
    public async Task One_cache_shows_its_entries_page_by_page_most_recently_used_first()
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        var first = await GetAsync("/api/caches/playbook?limit=1");
        var rest = await GetAsync("/api/caches/playbook?offset=1&limit=10");

        var entry = first.GetProperty("entries").EnumerateArray().Single();
        Assert.Equal(("b", 5.0, 1L), (entry.GetProperty("key").GetString(), entry.GetProperty("age").GetDouble(), Number(entry, "access_count")));
        Assert.Equal(["d", "c"], rest.GetProperty("entries").EnumerateArray().Select(one => one.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task Clearing_empties_the_cache_and_says_how_many_entries_it_held()
    {
        using var response = await _app!.Client.PostAsync("/api/caches/playbook/clear", content: null);

        Assert.Equal(3, Number(await response.Content.ReadFromJsonAsync<JsonElement>(), "entries_cleared"));
        Assert.Equal(0, _cache.Statistics.Size);
    }

    [Fact]
    public async Task Evicting_what_has_expired_leaves_the_rest()
    {
        _time.Advance(TimeSpan.FromSeconds(59));
        _cache.Set("b", "again");
        _time.Advance(TimeSpan.FromSeconds(2));

        using var response = await _app!.Client.PostAsync("/api/caches/playbook/evict-expired", content: null);

        Assert.Equal(2, Number(await response.Content.ReadFromJsonAsync<JsonElement>(), "entries_cleared"));
        Assert.Equal(1, _cache.Statistics.Size);
    }

    [Theory]
    [InlineData("GET", "/api/caches/plans", HttpStatusCode.NotFound, "name")]
    [InlineData("POST", "/api/caches/plans/clear", HttpStatusCode.NotFound, "name")]
    [InlineData("GET", "/api/caches/playbook?limit=0", HttpStatusCode.UnprocessableEntity, "limit")]
    [InlineData("GET", "/api/caches/playbook?limit=1001", HttpStatusCode.UnprocessableEntity, "limit")]
    [InlineData("GET", "/api/caches/playbook?offset=-1", HttpStatusCode.UnprocessableEntity, "offset")]
    public async Task What_is_wrong_is_named(string method, string path, HttpStatusCode status, string field)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _app!.Client.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(field, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/caches")]
    [InlineData("GET", "/api/caches/playbook")]
    [InlineData("POST", "/api/caches/playbook/clear")]
    public async Task Without_a_token_nothing_is_shown_or_cleared(string method, string path)
    {
        await using var guarded = await StartAsync(ApiOptions.KubernetesAuth);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await guarded.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(3, _cache.Statistics.Size);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private Task<LoopbackApp> StartAsync(string auth) => LoopbackApp.StartAsync(
        services => services.AddSingleton<IBoundedCache>(_cache).AddSingleton(new ApiAccess(new ApiOptions { Auth = auth }, reviews: null, new ReviewOptions(), _time)),
        app => app.MapCacheApi());

    private Task<JsonElement> GetAsync(string path) => _app!.Client.GetFromJsonAsync<JsonElement>(path);

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
