using System.Collections.Concurrent;
using System.Globalization;
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
/// <param name="start">Registers a child of the given execution, or finds the one that was registered under this name before.</param>
/// <param name="finish">Passes until it has ended, at the latest after the given time; the token cancels the execution.</param>
internal sealed class LocalChildren(
    PlaybookLibrary library,
    ChildCalls calls,
    IEventReader reader,
    Func<PlaybookFile, JsonElement, ExecutionId, string, Task<ExecutionId>> start,
    Func<ExecutionId, TimeSpan?, CancellationToken, Task<PassResult>> finish,
    TimeProvider time)
{
    private const int MaxChildren = 1_000;

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
        var (file, refusal) = await FindAsync(parent.Id, request!, cancellationToken);
        if (file is null) return await RefuseAsync(new WorkError(WorkErrorKind.Configuration, refusal!));
        // A delivery that follows a process which died goes on with that one's child.
        var uid = string.Create(CultureInfo.InvariantCulture, $"{parent.Id}/{assignment.RunId}/{assignment.Index}/{assignment.AttemptsUsed}");
        var id = await start(file, request!.Workload, parent.Id, uid);
        var pass = await finish(id, task.Timeout, cancellationToken);
        var end = await ChildResult.ReadAsync(reader, pass.Header, file.Plan!, pass.State, request.ReturnStep, CancellationToken.None);
        return await calls.ReportAsync(assignment, task, end, id, time.GetElapsedTime(began), CancellationToken.None);

        ValueTask<WorkReport> RefuseAsync(WorkError wrong) =>
            calls.ReportAsync(assignment, task, new ChildEnd.Failed(wrong), child: null, time.GetElapsedTime(began), cancellationToken);
    }

    /// <summary>As it was pinned for a child that the execution has started before: one that is resumed need not have its files.</summary>
    private async Task<PlaybookFile?> FindPinnedAsync(ExecutionId parent, string playbook, CancellationToken cancellationToken)
    {
        var children = await reader.ListChildrenAsync([parent], MaxChildren, cancellationToken);
        if (children.LastOrDefault(child => child.Name == playbook || child.Playbook == playbook) is not { } known) return null;
        return await reader.ReadPlaybookAsync(known.Digest, cancellationToken) is { } spec ? PlaybookFile.OfPinned(known.Name, known.Playbook, spec) : null;
    }

    private async Task<(PlaybookFile? File, string? Refusal)> FindAsync(ExecutionId parent, ChildRequest request, CancellationToken cancellationToken)
    {
        var (file, refusal) = library.Find(request.Playbook);
        file ??= await FindPinnedAsync(parent, request.Playbook, cancellationToken);
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
