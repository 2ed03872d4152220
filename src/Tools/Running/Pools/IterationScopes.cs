using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>
/// The scopes of iterations that follow one another: what they share (earlier results, secrets, the rendered workload) is made once. Used by one
/// iteration at a time.
/// </summary>
internal sealed class IterationScopes(Assignment assignment, TaskPlan plan, SecretScope secrets, ScopeBuilder.Settings settings, LateInputs? late)
{
    /// <summary>What a workload's templates may read and still be the same for each iteration.</summary>
    private static readonly HashSet<string> s_shared = new(["workload", "secret", "execution", "execution_id", "playbook", "vars"], StringComparer.Ordinal);

    private readonly PoolWork _pool = assignment.Pool!;
    private Variables? _variables;
    private WorkloadPlan? _workload;
    private bool _isRendered;
    private EvaluationContext? _context;

    public async ValueTask<(RunScope? Scope, WorkError? Error)> NextAsync(LeasedIteration iteration, CancellationToken cancellationToken)
    {
        if (assignment.Problem is { } problem) return (null, problem);
        var context = ScopeBuilder.ContextOf(assignment, settings, cancellationToken);
        _context = context;
        if (_variables is null && await ShareAsync(context, cancellationToken) is { } failure) return (null, failure);
        var own = new Variables(_variables)
            .Set(_pool.Variable, iteration.Element)
            .Set("loop", Loop(iteration))
            .Set("iteration", ScopeBuilder.Iteration(IdOf(iteration.Index), iteration.Index));
        if (!_isRendered && Render(own, context) is { } wrong) return (null, wrong);
        return (new RunScope(own, context, secrets, late), null);
    }

    /// <summary>Templates that were evaluated for the newest iteration, its workload's included; 0 before the first, and when asked again.</summary>
    public long TakeEvaluations()
    {
        var evaluations = _context?.Evaluations ?? 0;
        _context = null;
        return evaluations;
    }

    public string IdOf(long index) => $"{assignment.IterationId}-{index}";

    private async ValueTask<WorkError?> ShareAsync(EvaluationContext context, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        _workload = WorkloadCompiler.Compile(assignment.WorkloadTemplate, settings, problems);
        if (_workload is null) return new(WorkErrorKind.Template, string.Join(' ', problems));
        var variables = ScopeBuilder.GivenTo(assignment, plan);
        var names = ScopeBuilder.SecretNames(plan.References.Concat(_workload.Template.References), assignment.Secrets);
        if (await ScopeBuilder.BindSecretsAsync(names, variables, secrets, cancellationToken) is { } missing) return missing;
        if (_workload.Template.References.All(reference => s_shared.Contains(reference.Root)))
        {
            if (Render(variables, context) is { } wrong) return wrong;
            _isRendered = true;
        }

        _variables = variables;
        return null;
    }

    private WorkError? Render(Variables variables, EvaluationContext context)
    {
        if (!_workload!.TryRender(assignment.WorkloadValues, variables, context, static _ => true, out var rendered, out var wrong)) return CallErrors.Template(wrong!);
        variables.Set("workload", rendered);
        return null;
    }

    private Value Loop(LeasedIteration iteration) => Value.Map([
        new("index", Value.From(iteration.Index)),
        new("index1", Value.From(iteration.Index + 1)),
        new("first", Value.From(iteration.Index == 0)),
        new("last", Value.From(iteration.Index + iteration.Elements == _pool.Total)),
        new("length", Value.From(_pool.Total)),
    ]);
}
