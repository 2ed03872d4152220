using System.Net;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Memory;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Running.Pools;

namespace PlaybookOperator.Worker;

/// <summary>The life of a pod in a pool: the operator is its queue.</summary>
internal sealed class PoolRun(PersistentCalls operatorCalls, AssignmentRunner runner, WorkerLog log, TimeProvider time) : IPoolQueue
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        if (runner.Compile(assignment, out var refusal) is not { } plan)
        {
            log.GaveUp("claim", CallRefusal.Unreadable(refusal!.Error!.Message));
            return ExitCodes.Failed;
        }

        return await new PoolWorker(runner, assignment, plan, this, time, memory: new ProcessMemory(time)).RunAsync(cancellationToken) == PoolEnd.Left ? ExitCodes.Done : ExitCodes.Failed;
    }

    public async ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
    {
        var answer = await operatorCalls.LeaseAsync(request, cancellationToken);
        if (answer.Refusal?.Status == HttpStatusCode.RequestEntityTooLarge) answer = await InPartsAsync(request, cancellationToken);
        if (answer.Refusal is { } refusal) log.GaveUp("lease", refusal);
        return answer.Value;
    }

    /// <summary>Half of the reports at a time; one that is too large by itself is reported as a failure.</summary>
    private async Task<CallAnswer<PoolReply>> InPartsAsync(PoolRequest request, CancellationToken cancellationToken)
    {
        if (request.Reports.Count <= 1)
        {
            log.TooLarge();
            return await operatorCalls.LeaseAsync(request with { Reports = [.. request.Reports.Select(WorkerRun.WithoutResult)] }, cancellationToken);
        }

        var half = request.Reports.Count / 2;
        var first = await LeaseAsync(request with { Reports = [.. request.Reports.Take(half)], Wants = 0, Returned = [], Leaves = false }, cancellationToken);
        return first.Refusal is not null ? first : await LeaseAsync(request with { Reports = [.. request.Reports.Skip(half)] }, cancellationToken);
    }

    private async Task<CallAnswer<PoolReply>> LeaseAsync(PoolRequest request, CancellationToken cancellationToken)
    {
        var answer = await operatorCalls.LeaseAsync(request, cancellationToken);
        return answer.Refusal?.Status == HttpStatusCode.RequestEntityTooLarge ? await InPartsAsync(request, cancellationToken) : answer;
    }
}
