using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Memory;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Operator.Yaml;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>The operator's engine over a log in memory, with workers that a test moves by hand.</summary>
internal sealed class Engine : IDisposable
{
    public const string OneCall = "workflow: [{step: fetch, tool: {kind: http, url: 'http://example.invalid/'}}]";
    private readonly EventLogMetrics _metrics = new();
    private int _created;

    public Engine()
    {
        Log = new MemoryEventLog(Time, new MemoryEventLogOptions(), _metrics);
        Restart();
    }

    public ManualTimeProvider Time { get; } = new();

    public MemoryEventLog Log { get; }

    public RecordingWorkers Workers { get; } = new();

    public Reconciler Reconciler { get; private set; } = null!;

    public ExecutionId Id { get; private set; }

    /// <summary>What the operator leaves each execution; null: all that it wants. Taken up by <see cref="Restart"/>.</summary>
    public Allowances? Allowances { get; set; }

    /// <summary>Forgets everything that is not in the log or in the cluster, as a new process would.</summary>
    public void Restart()
    {
        var states = new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, Time, StateCache.SizeOf));
        Reconciler = new Reconciler(Log, Log, new PlanSource(Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, Time), new PlaybookOperator.Core.Templates.TemplateCache(Time)), states, Workers, Time, Allowances);
    }

    /// <summary>Registers an execution of a spec in YAML.</summary>
    public async Task<ExecutionId> CreateAsync(string spec = OneCall, ExecutionId? retryOf = null, string @namespace = "team")
    {
        var json = YamlDocument.Parse(spec);
        var number = ++_created;
        var id = ExecutionId.Create(Time.GetUtcNow(), number);
        var created = new NewExecution(id, "cluster", $"uid-{number}", @namespace, "nightly", "book", PlaybookDocument.Digest(json), json, JsonElement.Parse("{}"))
        {
            CreatedAt = Time.GetUtcNow(),
            RetryOf = retryOf,
        };
        return Id = await Log.CreateAsync(created, CancellationToken.None);
    }

    public Task<PassResult> PassAsync() => PassAsync(Intent.Run);

    public Task<PassResult> PassAsync(Intent intent) => Reconciler.PassAsync(Id, intent, CancellationToken.None);

    /// <summary>As a worker does: the result is in the log, then the pod ends.</summary>
    public async Task<IngestOutcome> ReportAsync(Delivery delivery, string result = "1")
    {
        var outcomes = await Log.IngestAsync(Id, [Report(delivery, result)], CancellationToken.None);
        Workers.Alive[delivery] = JobPhase.Succeeded;
        return outcomes[0];
    }

    /// <summary>The worker gives up.</summary>
    public async Task FailAsync(Delivery delivery)
    {
        var error = new WorkError(WorkErrorKind.Http, "503 from the server.", 503);
        await Log.IngestAsync(Id, [Report(delivery) with { Outcome = WorkOutcome.Failed, Result = null, Error = error }], CancellationToken.None);
        Workers.Alive[delivery] = JobPhase.Succeeded;
    }

    public static WorkReport Report(Delivery delivery, string result = "1") => new()
    {
        RunId = delivery.Key.RunId,
        Index = delivery.Key.Index,
        Fence = delivery.Fence,
        Outcome = WorkOutcome.Completed,
        Result = JsonElement.Parse(result),
    };

    /// <summary>An execution of <see cref="OneCall"/> from its creation to its end.</summary>
    public async Task<ExecutionId> RunOneCallAsync()
    {
        var id = await CreateAsync();
        await PassAsync();
        await ReportAsync(Workers.Started.Last());
        await PassAsync();
        return id;
    }

    /// <summary>All events, oldest first.</summary>
    public async Task<IReadOnlyList<ExecutionEvent>> EventsAsync() =>
        (await Log.PageAsync(Id, new EventQuery(1, 500, SinceEventId: 0), CancellationToken.None)).Events;

    public void Dispose() => _metrics.Dispose();
}
