using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>Where a worker of a pool gets its iterations from: the operator, or the engine in the same process.</summary>
public interface IPoolQueue
{
    /// <summary>One word and its answer; null: nobody answered for so long that the worker gives up.</summary>
    ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken);
}
