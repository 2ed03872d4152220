using System.Diagnostics.Metrics;
using System.Net;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Metrics;

namespace PlaybookOperator.Cli.Running;

/// <summary>The operator's API and web page over a run in this process. It asks for no token.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    public const string DefaultAddress = "127.0.0.1:8082";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);
    private readonly WebApplication _app;

    private LocalServer(WebApplication app) => _app = app;

    /// <param name="address">host:port, or a port alone; port 0 takes any that is free.</param>
    /// <param name="errors">Gets a line that says where it serves.</param>
    /// <exception cref="UsageException">The address is none, or taken.</exception>
    public static async Task<LocalServer> StartAsync(string address, LocalRun run, Store store, TimeProvider time, TextWriter errors)
    {
        var endpoint = Read(address);
        var options = new ApiOptions { Auth = ApiOptions.NoAuth };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endpoint));
        builder.Services.AddSingleton(time)
            .AddSingleton(run.Reconciler)
            .AddSingleton(run.States)
            .AddSingleton(run.Control)
            .AddSingleton(store.Reader)
            .AddSingleton(store.WakeUps)
            .AddSingleton(options)
            .AddSingleton(new ApiAccess(options, reviews: null, new ReviewOptions(), time))
            .AddSingleton<ExecutionLookup>()
            .AddSingleton<ExecutionSignals>()
            .AddSingleton(new Readiness { IsLeader = true })
            .AddRequestTimeouts()
            .AddMetrics()
            .AddMetricsExporter();
        foreach (var cache in run.Caches) builder.Services.AddSingleton(cache);
        builder.Services.AddSingleton(provider => new CacheMetrics(provider.GetRequiredService<IMeterFactory>(), run.Caches))
            .AddSingleton(provider => new ProcessMetrics(provider.GetRequiredService<IMeterFactory>(), MetricsSetup.Version));
        // Ctrl-C is the run's: it ends first.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Use(RefuseOtherNamesAsync);
        app.UseProblemsForUnanswered();
        app.UseRequestTimeouts();
        app.MapHealthApi();
        app.MapMetrics();
        app.Services.GetRequiredService<CacheMetrics>();
        app.Services.GetRequiredService<ProcessMetrics>();
        store.Metrics.StartAtZero();
        app.MapExecutionApi();
        app.MapControlApi();
        app.MapCacheApi();
        app.MapPage();
        try
        {
            await app.StartAsync();
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            // Taken, not of this machine, or not for this user.
            await app.DisposeAsync();
            throw new UsageException($"--serve {address}: {failure.Message}");
        }

        await errors.WriteLineAsync($"serving {app.Urls.Single()}{(IPAddress.IsLoopback(endpoint.Address) ? "" : " to everybody who reaches it, without asking for a token")}");
        return new LocalServer(app);
    }

    /// <summary>Gives those who follow the run the time to see its end; with <paramref name="lingers"/> stays until Ctrl-C, for somebody who looks.</summary>
    public async Task FinishAsync(bool lingers, TextWriter errors, CancellationToken stop)
    {
        if (lingers && !stop.IsCancellationRequested)
        {
            await errors.WriteLineAsync("the run has ended; Ctrl-C stops serving");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        var signals = _app.Services.GetRequiredService<ExecutionSignals>();
        var began = TimeProvider.System.GetTimestamp();
        while (signals.Count > 0 && TimeProvider.System.GetElapsedTime(began) < s_patience) await Task.Delay(s_look, TimeProvider.System, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>A name of another site that is made to point here would else let that site's pages read what this process serves.</summary>
    private static Task RefuseOtherNamesAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host;
        if (host == "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out _)) return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync($"This is not {host}.\n", context.RequestAborted);
    }

    private static IPEndPoint Read(string address)
    {
        var text = address.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1{address["localhost".Length..]}" : address;
        if (ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port)) return new IPEndPoint(IPAddress.Loopback, port);
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint)) return endpoint;
        throw new UsageException($"--serve must be an address and a port such as {DefaultAddress}, or a port, not '{address}'.");
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
