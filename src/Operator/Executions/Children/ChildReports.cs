using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Watching;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Tools.Running;

namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>
/// Tells a parent's log how its child ended. Told again whenever the child is passed over before its status says that it has finished; the log takes
/// the first word with the current fence and drops the others.
/// </summary>
internal sealed class ChildReports(
    Informer<Execution> executions, IEventReader reader, Reconciler reconciler, AssignmentReader assignments, ReportQueue reports, ChildCalls calls)
{
    /// <summary>Suspending an Execution suspends what it has started; its children look up, so nothing has to be written to them.</summary>
    public bool InheritsSuspend(Execution execution)
    {
        for (var depth = 0; depth <= Ancestry.MaxDepth; depth++)
        {
            if (ChildLabels.Owner(execution) is not { } owner || !executions.TryGet(owner.Name, out var parent) || parent.Metadata.Uid != owner.Uid) return false;
            if (parent.Spec.Suspend == true) return true;
            execution = parent;
        }

        return false;
    }

    /// <summary>The execution has its terminal event.</summary>
    public async Task ReportAsync(Execution child, PassResult pass, CancellationToken cancellationToken)
    {
        if (Parent(child) is not var (parent, delivery)) return;
        var end = await ChildResult.ReadAsync(reader, pass.Header, pass.Plan, pass.State, child.Spec.ParentExecution?.ReturnStep, cancellationToken);
        var elapsed = pass.State is { StartedAt: { } start, EndedAt: { } ended } ? ended - start : TimeSpan.Zero;
        await TellAsync(child, parent, delivery, end, pass.Header.Id, elapsed, cancellationToken);
    }

    /// <summary>The execution never got as far as the log, or lost what it rests on.</summary>
    public async Task ReportFailureAsync(Execution child, string message, CancellationToken cancellationToken)
    {
        if (Parent(child) is not var (parent, delivery)) return;
        var error = new WorkError(WorkErrorKind.Playbook, $"Execution {child.Metadata.Name} of playbook '{child.Spec.Playbook}' failed: {message}");
        await TellAsync(child, parent, delivery, new ChildEnd.Failed(error), id: null, TimeSpan.Zero, cancellationToken);
    }

    private async Task TellAsync(
        Execution child, ExecutionId parent, Delivery delivery, ChildEnd end, ExecutionId? id, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (await FindAsync(parent, cancellationToken) is not var (header, state, plan)) return;
        // Whoever may create Executions somewhere writes labels and owners as he likes.
        if (header.Namespace != child.Metadata.Namespace || ChildLabels.Owner(child)?.Uid != header.Uid) return;
        // What is no longer open has been told, replaced or given up; the log would drop it too.
        if (!state.Open.TryGetValue(delivery.Key, out var open) || open.Fence != delivery.Fence) return;
        if (state.Steps.Values.FirstOrDefault(step => step.RunId == delivery.Key.RunId) is not { } run) return;
        if (plan.ByName[run.Step].Task is not { RunsAsChild: true } task) return;
        var element = await assignments.ReadElementAsync(parent, open, cancellationToken);
        var assignment = await assignments.ComposeAsync(new ExecutionView(header, state, plan), run, open, element, takesReferences: false, cancellationToken);
        var report = await calls.ReportAsync(assignment, task, end, id, elapsed, cancellationToken);
        await reports.EnqueueAsync(parent, [report], cancellationToken);
    }

    /// <summary>Null when the parent is gone, or lacks what it rests on: it ends by itself, and needs no word.</summary>
    private async Task<(ExecutionHeader Header, ExecutionState State, Plan Plan)?> FindAsync(ExecutionId parent, CancellationToken cancellationToken)
    {
        try
        {
            return await reconciler.LookAsync(parent, cancellationToken);
        }
        catch (StateLostException)
        {
            return null;
        }
    }

    /// <summary>The delivery that a child was made for: its labels, its name that follows from them, and its owner agree.</summary>
    private static (ExecutionId Parent, Delivery Delivery)? Parent(Execution child) =>
        child.Spec.ParentExecution is { } said && ChildLabels.Read(child.Metadata) is { } found
        && said.ExecutionId == found.Parent.ToString() && ChildLabels.Owner(child)?.Name.Name == said.Name
            ? found
            : null;
}
