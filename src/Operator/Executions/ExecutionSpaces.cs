using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// In which namespace each execution under way is. Labels and owner references are written by whoever may create an object somewhere: what claims to belong to
/// an execution of another namespace does not. Thread-safe.
/// </summary>
internal sealed class ExecutionSpaces
{
    private readonly ConcurrentDictionary<ExecutionId, string> _spaces = new();

    public void Remember(ExecutionId id, string @namespace) => _spaces[id] = @namespace;

    public void Forget(ExecutionId id) => _spaces.TryRemove(id, out _);

    /// <summary>Whether an object that says so may belong to the execution; true also of an execution that is not under way here.</summary>
    public bool Holds(ExecutionId id, ObjectMeta item) => !_spaces.TryGetValue(id, out var space) || space == item.Namespace;
}
