using System.Text.Json;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Election;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Recording;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Controllers;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Operator.Metrics;
using PlaybookOperator.Operator.Playbooks;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Workers.Containers;
using PlaybookOperator.Operator.Yaml;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Memory;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>Wires the operator: one method a feature, in the order in which they stand on each other.</summary>
internal static class OperatorHost
{
    public static void AddOperator(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Readiness>();
        services.AddEventLog();
        services.AddKubernetes();
        services.AddExecutions();
        services.AddWorkers();
        services.AddLeader();
        services.AddOperatorMetrics();
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>()
            .Configure<ApiOptions>(static (timeouts, api) => timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromSeconds(api.RequestTimeoutSeconds) });
    }

    public static void MapOperator(this WebApplication app)
    {
        app.UseProblemsForUnanswered();
        app.UseRequestTimeouts();
        app.MapHealthApi();
        app.MapMetrics();
        app.Services.StartMetrics();
        app.MapExecutionApi();
        app.MapControlApi();
        app.MapStartApi();
        app.MapCacheApi();
        app.MapPage();
        app.MapWorkerApi();
        app.MapQueryApi();
        app.MapContainerOutputApi();
    }

    private static void AddEventLog(this IServiceCollection services)
    {
        services.AddSingleton(_ => new EventLogMetrics());
        services.AddSingleton(provider => new DatabasePools(provider.GetRequiredService<EventLogOptions>(), provider.GetRequiredService<EventLogMetrics>()));
        services.AddSingleton<DatabaseSchema>();
        services.AddSingleton<ExpiredExecutions>();
        services.AddSingleton<RetentionLoop>();
        services.AddSingleton<ChangeNotifier>();
        services.AddSingleton<PostgresEventLog>();
        services.AddSingleton<IEventLog>(provider => provider.GetRequiredService<PostgresEventLog>());
        services.AddSingleton<IEventReader>(provider => provider.GetRequiredService<PostgresEventLog>());
        services.AddSingleton<IWakeUps, PostgresWakeUps>();
        services.AddSingleton<DatabaseGate>();
        services.AddHostedService<DatabaseService>();
        services.AddSingleton<IHostedService>(provider => new BackgroundLoop(provider.GetRequiredService<ChangeNotifier>().RunAsync));
    }

    private static void AddKubernetes(this IServiceCollection services)
    {
        services.AddSingleton<KubernetesMetrics>();
        services.AddSingleton(provider => LoadKubeConfig(provider.GetRequiredService<KubernetesOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<KubernetesOptions>();
            return new ApiClientOptions { RequestsPerSecond = options.RequestsPerSecond, RequestBurst = options.RequestBurst };
        });
        services.AddSingleton<ApiClient>();
        services.AddSingleton<ClusterIdentity>();
        services.AddInformer(ResourceTypes.Playbooks, selector: null);
        services.AddInformer(ResourceTypes.Executions, selector: null);
        services.AddInformer(Resources.Jobs, WorkerLabels.Selector);
        services.AddInformer(Resources.Pods, ContainerPods.Selector);
        services.AddSingleton<Informers>();
        services.AddHostedService<InformerService>();
        services.AddSingleton(provider => new EventRecorderOptions
        {
            ReportingController = "playbooks.dev/operator",
            ReportingInstance = provider.GetRequiredService<LeaderElectorOptions>().Identity,
        });
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<IHostedService>(provider => new BackgroundLoop(provider.GetRequiredService<EventRecorder>().RunAsync));
    }

    private static void AddInformer<T>(this IServiceCollection services, ResourceType<T> type, string? selector)
        where T : class, IKubernetesObject
    {
        services.AddSingleton(type);
        services.AddSingleton(provider => new InformerOptions<T>
        {
            Selection = new ListOptions
            {
                Namespace = provider.GetRequiredService<KubernetesOptions>().Namespace is { Length: > 0 } one ? one : null,
                LabelSelector = selector,
            },
        });
        services.AddSingleton<Informer<T>>();
    }

    private static void AddExecutions(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<TemplateCache>>();
            var bounds = provider.GetRequiredService<CachesOptions>().Template.Named(TemplateCache.Name);
            return new TemplateCache(provider.GetRequiredService<TimeProvider>(), bounds, report: statistics => logger.TemplatesCached(
                statistics.Size, statistics.MaxSize, statistics.Hits, statistics.Misses, statistics.Evictions.Total, statistics.HitRate));
        });
        services.AddSingleton(provider => provider.GetRequiredService<TemplateCache>().Cache);
        services.AddCache(caches => caches.Playbook.Named("playbook"), (BoundedCache<string, Plan> cache, IServiceProvider provider) =>
            new PlanSource(
                provider.GetRequiredService<IEventReader>(), cache, provider.GetRequiredService<TemplateCache>(), provider.GetRequiredService<LimitsOptions>().Ceilings()));
        services.AddCache(
            caches => caches.ExecutionState.Named("execution_state"), (BoundedCache<ExecutionId, ExecutionState> cache, IServiceProvider _) => new StateCache(cache), StateCache.SizeOf);
        services.AddSingleton(static provider =>
        {
            var limits = provider.GetRequiredService<LimitsOptions>();
            return new Allowances(limits.MaxParallelPerNamespace, limits.MaxParallelTotal);
        });
        services.AddSingleton<ProcessMemory>();
        services.AddHostedService<MemoryGovernor>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton<WorkloadReader>();
        services.AddSingleton<FormerExecutions>();
        services.AddSingleton<ExecutionStarter>();
        services.AddSingleton<ExecutionStatusWriter>();
        services.AddSingleton(static provider => new StuckExecutions(
            provider.GetRequiredService<IWorkers>(),
            TimeSpan.FromSeconds(provider.GetRequiredService<ReconcileOptions>().StuckAfterSeconds),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ExecutionMetrics>();
        services.AddSingleton<ExecutionTelling>();
        services.AddSingleton<ExecutionExpiry>();
        services.AddSingleton<UnusableResources>();
        services.AddSingleton<ExecutionSpaces>();
        services.AddSingleton<ExecutionController>();
        services.AddSingleton<PlaybookController>();
        services.AddSingleton<ReviewMetrics>();
        services.AddSingleton<TokenReviews>();
        services.AddSingleton<ApiAccess>();
        services.AddSingleton<ExecutionLookup>();
        services.AddSingleton<ExecutionSignals>();
        services.AddSingleton<ExecutionStarts>();
        services.AddSingleton<IExecutionControl, ResourceControl>();
    }

    private static void AddCache<TKey, TValue, TOwner>(
        this IServiceCollection services, Func<CachesOptions, BoundedCacheOptions> bounds, Func<BoundedCache<TKey, TValue>, IServiceProvider, TOwner> own,
        Func<TKey, TValue, long>? sizeOf = null)
        where TKey : notnull
        where TOwner : class
    {
        services.AddSingleton(provider =>
        {
            var options = bounds(provider.GetRequiredService<CachesOptions>());
            var logger = provider.GetRequiredService<ILogger<BoundedCache<TKey, TValue>>>();
            return new BoundedCache<TKey, TValue>(
                options, provider.GetRequiredService<TimeProvider>(), sizeOf, eviction => logger.Evicted(eviction.Key.ToString(), options.Name, eviction.Reason.Label()));
        });
        services.AddSingleton<IBoundedCache>(provider => provider.GetRequiredService<BoundedCache<TKey, TValue>>());
        services.AddSingleton(provider => own(provider.GetRequiredService<BoundedCache<TKey, TValue>>(), provider));
    }

    private static void AddWorkers(this IServiceCollection services)
    {
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<KubernetesWorkers>();
        services.AddSingleton<ChildExecutions>();
        services.AddSingleton<ClusterWorkers>();
        services.AddContainers();
        services.AddSingleton<IWorkers>(provider => provider.GetRequiredService<ClusterWorkers>());
        services.AddSingleton<ChildReports>();
        services.AddSingleton(provider => new ChildCalls(new RunnerOptions(), provider.GetRequiredService<TimeProvider>(), Random.Shared.NextDouble));
        services.AddSingleton<WorkerSessions>();
        services.AddSingleton<PodIdentity>();
        services.AddSingleton<ReportQueue>();
        services.AddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<WorkerOptions>();
            return new WorkerAdmission(options.MaxRequests, options.MaxBytesUnderWay);
        });
        services.AddCache(caches => caches.QueryResult.Named(MemoryQueryCache.Name), (BoundedCache<string, byte[]> cache, IServiceProvider _) => new MemoryQueryCache(cache), MemoryQueryCache.SizeOf);
        services.AddSingleton<AssignmentReader>();
        services.AddSingleton<AssignmentSource>();
        services.AddSingleton<PoolLeases>();
        services.AddSingleton<PoolPods>();
        services.AddSingleton<IPoolMembers>(provider => provider.GetRequiredService<PoolPods>());
    }

    private static void AddContainers(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ContainerCalls(new RunnerOptions(), provider.GetRequiredService<TimeProvider>(), Random.Shared.NextDouble));
        services.AddSingleton<ContainerAssignments>();
        services.AddSingleton<ContainerJobs>();
        services.AddSingleton<ContainerLogs>();
        services.AddSingleton<MaskedContainers>();
        services.AddSingleton<ContainerOutcomes>();
        services.AddSingleton<ContainerPods>();
    }

    private static void AddLeader(this IServiceCollection services)
    {
        services.AddSingleton(provider => ElectorOptions(
            provider.GetRequiredService<LeaderElectionOptions>(), () => provider.GetRequiredService<KubeConfig>().Namespace));
        services.AddSingleton<ReadinessClock>();
        services.AddSingleton<LeaderElector>();
        services.AddSingleton<ControllerMetrics>();
        services.AddSingleton<LeaderWork>();
        services.AddHostedService<LeaderService>();
    }

    private static LeaderElectorOptions ElectorOptions(LeaderElectionOptions options, Func<string> ownNamespace) => new()
    {
        Lease = new NamespacedName(options.Namespace.Length > 0 ? options.Namespace : ownNamespace(), options.Name),
        Identity = options.Identity.Length > 0 ? options.Identity : $"{Environment.MachineName}-{Guid.NewGuid().ToString("N")[..8]}",
        LeaseDuration = TimeSpan.FromSeconds(options.LeaseSeconds),
        RenewDeadline = TimeSpan.FromSeconds(options.RenewDeadlineSeconds),
        RetryPeriod = TimeSpan.FromSeconds(options.RetryPeriodSeconds),
        Resignation = new ResignationRules { After = TimeSpan.FromSeconds(options.ResignAfterSeconds) },
    };

    private static KubeConfig LoadKubeConfig(KubernetesOptions options, TimeProvider time) =>
        KubeConfig.Load(EnvironmentOptions.Sources(options.Kubeconfig, text => YamlDocument.Parse(text)), time);
}
