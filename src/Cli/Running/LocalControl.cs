using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;

namespace PlaybookOperator.Cli.Running;

/// <summary>What callers of a local run's API ask of its executions, in place of custom resources.</summary>
/// <param name="wake">Has an execution passed over again.</param>
internal sealed class LocalControl(Action<ExecutionId> wake) : IExecutionControl
{
    private readonly ConcurrentDictionary<ExecutionId, ExecutionId?> _parents = new();
    private readonly ConcurrentDictionary<ExecutionId, bool> _suspended = new();
    private readonly ConcurrentDictionary<ExecutionId, bool> _cancelled = new();

    public void Remember(ExecutionId id, ExecutionId? parent) => _parents[id] = parent;

    /// <summary>It has ended, and nothing is asked of it any more.</summary>
    public void Forget(ExecutionId id)
    {
        _parents.TryRemove(id, out _);
        _suspended.TryRemove(id, out _);
        _cancelled.TryRemove(id, out _);
    }

    public Task<bool> AskAsync(ExecutionHeader execution, ControlVerb verb, CancellationToken cancellationToken)
    {
        if (!_parents.ContainsKey(execution.Id)) return Task.FromResult(false);
        if (verb == ControlVerb.Cancel) _cancelled[execution.Id] = true;
        else _suspended[execution.Id] = verb == ControlVerb.Suspend;
        // Those below look up, so they are passed over again too.
        foreach (var id in _parents.Keys) wake(id);
        return Task.FromResult(true);
    }

    /// <summary>The intent as it is now: suspending reaches what an execution has started; cancelling goes its own way down.</summary>
    public Intent Apply(ExecutionId id, Intent intent) => intent with
    {
        Cancel = intent.Cancel || _cancelled.GetValueOrDefault(id),
        Suspend = intent.Suspend || IsSuspended(id),
    };

    private bool IsSuspended(ExecutionId id)
    {
        for (ExecutionId? above = id; above is { } one; above = _parents.GetValueOrDefault(one))
            if (_suspended.GetValueOrDefault(one)) return true;
        return false;
    }
}
