using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Reviews;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>The reading half of the API over an engine's log.</summary>
internal static class ReadApi
{
    public static Task<LoopbackApp> StartAsync(Engine engine, string auth = ApiOptions.NoAuth, int maxStreams = 1000)
    {
        var options = new ApiOptions { Auth = auth, MaxStreams = maxStreams };
        return LoopbackApp.StartAsync(
            services => services
                .AddSingleton<TimeProvider>(engine.Time)
                .AddSingleton(engine.Reconciler)
                .AddSingleton<IEventReader>(engine.Log)
                .AddSingleton<IWakeUps>(engine.Log)
                .AddSingleton(new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, engine.Time, StateCache.SizeOf)))
                .AddSingleton(options)
                .AddSingleton(new ApiAccess(options, reviews: null, new ReviewOptions(), engine.Time))
                .AddSingleton<ExecutionLookup>()
                .AddSingleton<ExecutionSignals>(),
            app =>
            {
                app.MapExecutionApi();
                app.MapPage();
            });
    }
}
