using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

public sealed class DatabaseServiceTests
{
    [Fact]
    public async Task The_operator_lives_without_a_database_says_so_and_is_ready_once_it_comes()
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions());
        await using var database = await postgres.CreateDatabaseAsync();
        await postgres.StopAsync();
        await using var app = await StartAsync(database.ConnectionString);

        var missing = await UntilAsync(app, HttpStatusCode.ServiceUnavailable, "connecting", isGone: true);
        Assert.StartsWith("database: ", missing, StringComparison.Ordinal);
        using var live = await app.Client.GetAsync("/livez");
        using var health = await app.Client.GetAsync("/health");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, health.StatusCode));
        Assert.Contains("degraded", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(app.Services.GetRequiredService<DatabaseGate>().SessionKey);

        await postgres.ContinueAsync();
        Assert.Equal("ok\n", await UntilAsync(app, HttpStatusCode.OK, "", isGone: false));
        Assert.NotNull(app.Services.GetRequiredService<DatabaseGate>().SessionKey);
    }

    [Fact]
    public async Task Health_tells_when_how_long_and_how_much_memory_in_MB()
    {
        await using var app = await LoopbackApp.StartAsync(services => services.AddSingleton(TimeProvider.System).AddSingleton<Readiness>(), app => app.MapHealthApi());
        var health = await app.Client.GetFromJsonAsync<JsonElement>("/health", TestContext.Current.CancellationToken);

        Assert.Equal(["status", "timestamp", "uptime", "memory", "database", "leader", "missing"], health.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["rss", "heapTotal", "heapUsed", "external"], health.GetProperty("memory").EnumerateObject().Select(member => member.Name));
        Assert.True(TimeProvider.System.GetUtcNow() - health.GetProperty("timestamp").GetDateTimeOffset() < TimeSpan.FromMinutes(1));
        Assert.True(health.GetProperty("uptime").GetDouble() > 0);
        var rss = health.GetProperty("memory").GetProperty("rss").GetDouble();
        Assert.InRange(rss, 10, 100_000);
        Assert.InRange(health.GetProperty("memory").GetProperty("heapUsed").GetDouble(), 0.1, rss);
    }

    /// <summary>Asks until the answer has the status and does (or no longer does) hold the text.</summary>
    private static async Task<string> UntilAsync(LoopbackApp app, HttpStatusCode status, string text, bool isGone)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            using var response = await app.Client.GetAsync("/readyz", patience.Token);
            var said = await response.Content.ReadAsStringAsync(patience.Token);
            if (response.StatusCode == status && said.Contains(text, StringComparison.Ordinal) != isGone) return said;
            await pace.WaitForNextTickAsync(patience.Token);
        }
    }

    private static Task<LoopbackApp> StartAsync(string connectionString) => LoopbackApp.StartAsync(
        services => services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<Readiness>().AddSingleton<DatabaseGate>()
            .AddSingleton<EventLogMetrics>()
            .AddSingleton(new EventLogOptions { ConnectionString = connectionString, ConnectTimeout = TimeSpan.FromSeconds(2), PartitionDaysAhead = 1 })
            .AddSingleton<DatabasePools>().AddSingleton<DatabaseSchema>().AddSingleton<ChangeNotifier>()
            .AddSingleton<PostgresEventLog>().AddSingleton<IEventReader>(provider => provider.GetRequiredService<PostgresEventLog>())
            .AddHostedService<DatabaseService>(),
        app => app.MapHealthApi());
}
