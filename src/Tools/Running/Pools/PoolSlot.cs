using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>One place in a worker of a pool: runs one iteration after the other. Not thread-safe.</summary>
internal sealed class PoolSlot
{
    private readonly AssignmentRunner _runner;
    private readonly Assignment _assignment;
    private readonly TaskPlan _plan;
    private readonly IterationScopes _scopes;
    private readonly SecretScope _secrets;

    /// <param name="late">Shared by the slots of a worker.</param>
    public PoolSlot(AssignmentRunner runner, Assignment assignment, TaskPlan plan, LateInputs? late)
    {
        (_runner, _assignment, _plan) = (runner, assignment, plan);
        _secrets = runner.NewSecrets();
        _scopes = new IterationScopes(assignment, plan, _secrets, runner.ScopeSettings, late);
    }

    /// <summary>Templates that its newest iteration has evaluated.</summary>
    public long TakeEvaluations() => _scopes.TakeEvaluations();

    public ValueTask<WorkReport> RunAsync(LeasedIteration iteration, CancellationToken cancellationToken)
    {
        var one = _assignment with
        {
            Index = iteration.Index,
            Fence = iteration.Lease,
            AttemptsUsed = iteration.AttemptsUsed,
            IterationId = _scopes.IdOf(iteration.Index),
        };
        return _runner.RunAsync(one, _plan, _secrets, token => _scopes.NextAsync(iteration, token), save: null, cancellationToken);
    }
}
