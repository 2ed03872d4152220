using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Caches;

/// <summary><c>playbook caches</c> against the operator's own API.</summary>
public sealed class CachesTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly BoundedCache<string, string> _playbook;
    private readonly BoundedCache<string, string> _template;
    private WebApplication _app = null!;

    public CachesTests()
    {
        _playbook = new(new BoundedCacheOptions { Name = "playbook", MaxEntries = 3, MaxBytes = 1000, TimeToLive = TimeSpan.Zero }, _time, static (key, _) => key.Length);
        _template = new(new BoundedCacheOptions { Name = "template", MaxEntries = 500 }, _time);
    }

    private string Server => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        foreach (var key in (string[])["first@1", "second@1"]) _playbook.Set(key, key);
        _playbook.TryGet("first@1", out _);
        _playbook.TryGet("third@1", out _);
        _time.Advance(TimeSpan.FromSeconds(90));
        _app = await StartAsync(ApiOptions.NoAuth, app => app.MapCacheApi());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task All_caches_are_listed_with_their_figures()
    {
        var outcome = await PlaybookCommand.RunAsync("caches", "--server", Server);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        Assert.Equal(
            [
                "NAME       ENTRIES     BYTES   HITS   MISSES   HIT RATE   EVICTIONS   LOADS",
                "playbook       2/3   15/1000      1        1     50.0 %           0       2",
                "template     0/500         0      0        0      0.0 %           0       0",
            ],
            outcome.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task One_cache_also_shows_its_entries()
    {
        var outcome = await PlaybookCommand.RunAsync("caches", "playbook", "--server", Server + "/");
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("template", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            """

            KEY           AGE   READS   BYTES
            first@1    90.0 s       1       7
            second@1   90.0 s       0       8

            """.ReplaceLineEndings("\n"),
            outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_what_the_operator_answers()
    {
        var all = (await PlaybookCommand.RunAsync("caches", "--server", Server, "-o", "json")).Json;
        Assert.Equal(["playbook", "template"], all.GetProperty("caches").EnumerateArray().Select(cache => cache.GetProperty("name").GetString()));
        var one = (await PlaybookCommand.RunAsync("caches", "playbook", "--server", Server, "-o", "json")).Json;
        Assert.Equal((0.5, 2), (one.GetProperty("hit_rate").GetDouble(), one.GetProperty("entries").GetArrayLength()));
    }

    [Fact]
    public async Task Clear_empties_the_named_cache_or_all()
    {
        _template.Set("a", "a");
        Assert.Equal("playbook: 2 entries cleared\n", (await PlaybookCommand.RunAsync("caches", "playbook", "--clear", "--server", Server)).Output);
        Assert.Equal((0, 1), (_playbook.Count, _template.Count));
        var all = (await PlaybookCommand.RunAsync("caches", "--clear", "--server", Server, "-o", "json")).Json;
        Assert.Equal("""[{"name":"playbook","entries_cleared":0},{"name":"template","entries_cleared":1}]""", JsonSerializer.Serialize(all.GetProperty("cleared")));
        Assert.Equal(0, _template.Count);
    }

    [Fact]
    public async Task A_cache_that_does_not_exist_is_a_mistake_and_the_others_are_named()
    {
        var outcome = await PlaybookCommand.RunAsync("caches", "plans", "--server", Server);
        Assert.Equal((2, "playbook: There is no cache 'plans'; there are playbook, template.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1", "--server must be an http or https URL")]
    [InlineData("somewhere", "--server must be an http or https URL")]
    public async Task A_server_that_is_no_URL_is_a_mistake(string server, string message)
    {
        var outcome = await PlaybookCommand.RunAsync("caches", "--server", server);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_that_is_not_there_is_a_failure()
    {
        var gone = Server;
        await _app.StopAsync(TestContext.Current.CancellationToken);
        var outcome = await PlaybookCommand.RunAsync("caches", "--server", gone);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("cannot be reached", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_that_wants_a_token_says_so()
    {
        await using var guarded = await StartAsync(ApiOptions.KubernetesAuth, app => app.MapCacheApi());
        var outcome = await PlaybookCommand.RunAsync("caches", "--server", guarded.Urls.Single());
        Assert.Equal((1, "playbook: A Kubernetes bearer token is required.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Fact]
    public async Task The_token_goes_along()
    {
        string? seen = null;
        await using var listening = await StartAsync(ApiOptions.NoAuth, app => app.Map("/api/caches", context =>
        {
            seen = context.Request.Headers.Authorization;
            return context.Response.WriteAsync("""{"caches": []}""");
        }));
        Assert.Equal(0, (await PlaybookCommand.RunAsync("caches", "--server", listening.Urls.Single(), "--token", "the-token")).ExitCode);
        Assert.Equal("Bearer the-token", seen);
    }

    [Fact]
    public async Task Something_else_than_an_operator_is_told_from_one()
    {
        await using var other = await StartAsync(ApiOptions.NoAuth, app => app.Map("/api/caches", context => context.Response.WriteAsync("<html>hello</html>")));
        var outcome = await PlaybookCommand.RunAsync("caches", "--server", other.Urls.Single());
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("not as an operator does", outcome.Errors, StringComparison.Ordinal);
    }

    private async Task<WebApplication> StartAsync(string auth, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IBoundedCache>(_playbook).AddSingleton<IBoundedCache>(_template)
            .AddSingleton(new ApiAccess(new ApiOptions { Auth = auth }, reviews: null, new ReviewOptions(), _time));
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
