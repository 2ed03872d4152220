using System.Collections.Concurrent;
using System.Text.Json;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Executions.Children;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Cli.Running;

/// <summary>Children of executions in this process: other playbooks of the folder, on the same store, by the same engine.</summary>
/// <param name="start">Registers a child of the given execution.</param>
/// <param name="finish">Passes until it has ended, at the latest after the given time; the token cancels the execution.</param>
internal sealed class LocalChildren(
    PlaybookLibrary library,
    ChildCalls calls,
    IEventReader reader,
    Func<PlaybookFile, JsonElement, ExecutionId, Task<ExecutionId>> start,
    Func<ExecutionId, TimeSpan?, CancellationToken, Task<PassResult>> finish,
    TimeProvider time)
{
    private readonly ConcurrentDictionary<ExecutionId, IReadOnlyList<string>> _chains = new();

    /// <summary>The playbooks from the root to this execution's own.</summary>
    public void Remember(ExecutionId id, ExecutionId? parent, string playbook) =>
        _chains[id] = [.. parent is { } above ? _chains.GetValueOrDefault(above, []) : [], playbook];

    /// <summary>It has ended, and starts nothing any more.</summary>
    public void Forget(ExecutionId id) => _chains.TryRemove(id, out _);

    /// <summary>Runs the child of one delivery to its end and says what the parent's log is told.</summary>
    public async Task<WorkReport> RunAsync(ExecutionHeader parent, Assignment assignment, TaskPlan task, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (request, error) = await calls.RenderAsync(assignment, task, cancellationToken);
        if (error is not null) return await RefuseAsync(error);
        var (file, refusal) = Find(parent.Id, request!);
        if (file is null) return await RefuseAsync(new WorkError(WorkErrorKind.Configuration, refusal!));
        var id = await start(file, request!.Workload, parent.Id);
        var pass = await finish(id, task.Timeout, cancellationToken);
        var end = await ChildResult.ReadAsync(reader, pass.Header, file.Plan!, pass.State, request.ReturnStep, CancellationToken.None);
        return await calls.ReportAsync(assignment, task, end, id, time.GetElapsedTime(began), CancellationToken.None);

        ValueTask<WorkReport> RefuseAsync(WorkError wrong) =>
            calls.ReportAsync(assignment, task, new ChildEnd.Failed(wrong), child: null, time.GetElapsedTime(began), cancellationToken);
    }

    private (PlaybookFile? File, string? Refusal) Find(ExecutionId parent, ChildRequest request)
    {
        var (file, refusal) = library.Find(request.Playbook);
        if (file is null) return (null, $"name: {refusal}");
        if (!_chains.TryGetValue(parent, out var chain)) throw new OperationCanceledException("The parent has ended in the meantime: nobody waits for a child.");
        if (Ancestry.Refuse(chain, file.Document!.Name) is { } endless) return (null, endless);
        if (file.Plan is null)
        {
            var errors = file.Problems.Where(problem => problem.IsError).Select(problem => problem.ToString());
            return (null, $"name: playbook '{request.Playbook}' is invalid: {string.Join("; ", errors)}");
        }

        refusal = ChildResult.Refuse(file.Plan, request, time.GetUtcNow());
        return refusal is null ? (file, null) : (null, refusal);
    }
}
