using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Benchmarks.EventLog;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Worker;
using Delivery = PlaybookOperator.Core.Executions.Delivery;
using WorkerOptions = PlaybookOperator.Worker.WorkerOptions;

namespace PlaybookOperator.Benchmarks.Caching;

/// <summary>The operator's side of the cache <c>query_result</c> on loopback, over a real log, and a worker with a session of it.</summary>
internal sealed class QueryCacheServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly OperatorClient _client;
    private readonly BoundedCache<string, byte[]> _cache;

    private QueryCacheServer(WebApplication app, BoundedCache<string, byte[]> cache, string session)
    {
        (_app, _cache) = (app, cache);
        _client = new OperatorClient(new Uri(app.Urls.Single()));
        Worker = new OperatorQueryCache(_client, () => session, TimeProvider.System);
    }

    /// <summary>The cache as a worker reaches it.</summary>
    public IQueryCache Worker { get; }

    /// <summary>The cache as the operator holds it.</summary>
    public MemoryQueryCache Results => new(_cache);

    public CacheStatistics Statistics => _cache.Statistics;

    /// <summary>The entry that was used last.</summary>
    public (string Key, long Bytes) Newest => _cache.Entries(0, 1)[0] is var entry ? (entry.Key, entry.Bytes) : default;

    public static async Task<QueryCacheServer> StartAsync(PostgresEventLog log)
    {
        var cache = new BoundedCache<string, byte[]>(MemoryQueryCache.DefaultBounds, TimeProvider.System, MemoryQueryCache.SizeOf);
        var gate = new DatabaseGate();
        gate.Open(new byte[32]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var options = new Operator.Workers.WorkerOptions();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IEventReader>(log).AddSingleton(gate).AddSingleton(options)
            .AddSingleton<WorkerMetrics>().AddSingleton<WorkerSessions>().AddSingleton(new WorkerAdmission(options.MaxRequests, options.MaxBytesUnderWay))
            .AddSingleton(new MemoryQueryCache(cache));
        var app = builder.Build();
        app.MapQueryApi();
        await app.StartAsync();
        var execution = await log.CreateAsync(Workload.Execution(), CancellationToken.None);
        var session = new WorkerSession(execution, new Delivery(new WorkKey(1, 0), 1), "pod", TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
        return new QueryCacheServer(app, cache, app.Services.GetRequiredService<WorkerSessions>().Signer.Sign(session));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
