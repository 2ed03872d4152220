using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>A log whose intake waits until a test lets it go on, or fails, as a slow or lost database would.</summary>
internal sealed class GatedEventLog(IEventLog inner) : IEventLog, IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);
    private readonly SemaphoreSlim _arrived = new(0);

    public List<IReadOnlyList<WorkReport>> Batches { get; } = [];

    public Exception? Failure { get; set; }

    /// <summary>Lets this many transactions through.</summary>
    public void Open(int transactions = 1) => _gate.Release(transactions);

    public Task ArrivedAsync() => _arrived.WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask<IReadOnlyList<IngestOutcome>> IngestAsync(ExecutionId id, IReadOnlyList<WorkReport> reports, CancellationToken cancellationToken)
    {
        Batches.Add(reports);
        _arrived.Release();
        await _gate.WaitAsync(cancellationToken);
        if (Failure is not null) throw Failure;
        return await inner.IngestAsync(id, reports, cancellationToken);
    }

    public void Dispose()
    {
        _gate.Dispose();
        _arrived.Dispose();
    }

    public ValueTask<ExecutionId> CreateAsync(NewExecution execution, CancellationToken cancellationToken) => inner.CreateAsync(execution, cancellationToken);

    public ValueTask<AppendResult> AppendAsync(ExecutionId id, AppendBatch batch, CancellationToken cancellationToken) => inner.AppendAsync(id, batch, cancellationToken);

    public ValueTask<IReadOnlyList<PoolAnswer>> LeaseAsync(
        ExecutionId id, long runId, IReadOnlyList<PoolTurn> turns, PoolSettings settings, CancellationToken cancellationToken) =>
        inner.LeaseAsync(id, runId, turns, settings, cancellationToken);

    public ValueTask<ClaimResult> ClaimAsync(ExecutionId id, WorkKey key, int fence, string claimant, CancellationToken cancellationToken) =>
        inner.ClaimAsync(id, key, fence, claimant, cancellationToken);

    public ValueTask<bool> SaveProgressAsync(ExecutionId id, WorkKey key, int fence, PageProgress progress, CancellationToken cancellationToken) =>
        inner.SaveProgressAsync(id, key, fence, progress, cancellationToken);

    public ValueTask SaveAllowanceAsync(ExecutionId id, Allowance? allowance, CancellationToken cancellationToken) => inner.SaveAllowanceAsync(id, allowance, cancellationToken);

    public ValueTask RecordJobsAsync(ExecutionId id, IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken) => inner.RecordJobsAsync(id, jobs, cancellationToken);
}
