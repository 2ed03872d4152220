using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Cli.Running;

/// <summary>What <c>--resume</c> may go on with.</summary>
internal static class ResumedRun
{
    /// <param name="takesNoWorkload">Neither <c>--set</c> nor <c>--workload</c> was given.</param>
    /// <exception cref="UsageException">The options do not go together.</exception>
    public static ExecutionId Read(string text, string store, bool takesNoWorkload)
    {
        if (store == Store.Memory) throw new UsageException("--resume needs the --store that the execution is in: what was in memory went with its process.");
        if (!takesNoWorkload) throw new UsageException("--resume goes on with the workload that the execution was started with; --set and --workload change nothing.");
        return ExecutionId.TryParse(text, out var id) ? id : throw new UsageException($"--resume must be the id of an execution, not '{text}'.");
    }

    /// <exception cref="UsageException">There is nothing to go on with, or the playbook is another one.</exception>
    public static async Task<ExecutionHeader> FindAsync(IEventReader reader, ExecutionId id, PlaybookFile? file, CancellationToken cancellationToken)
    {
        var execution = await reader.ReadHeaderAsync(id, cancellationToken) ?? throw new UsageException($"--resume: no execution {id} is in the --store.");
        if (execution.ClusterUid != LocalRun.Cluster) throw new UsageException($"--resume: execution {id} is of a cluster, whose operator goes on with it.");
        if (execution.Parent is { } parent) throw new UsageException($"--resume: execution {id} is a child of {parent}; resume that one.");
        if (execution.EndedAt is not null) throw new UsageException($"--resume: execution {id} has ended as {execution.Phase}.");
        if (file is not null && PlaybookDocument.Digest(file.Document!.Spec) is var digest && digest != execution.Digest)
        {
            throw new UsageException(
                $"--resume: execution {id} runs another playbook than {file.File}: its digest is {execution.Digest[..12]}, not {digest[..12]}. Leave FILE out to go on with its own.");
        }

        return execution;
    }
}
