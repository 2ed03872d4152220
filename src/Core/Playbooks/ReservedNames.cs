using System.Collections.Frozen;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Names that templates find bound by the system.</summary>
public static class ReservedNames
{
    /// <summary>Bound everywhere in a playbook.</summary>
    public static readonly FrozenSet<string> Everywhere =
        new[] { "workload", "vars", "args", "secret", "execution_id", "execution", "playbook", "now" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Bound while a step runs or leaves.</summary>
    public static readonly FrozenSet<string> InSteps = new[]
    {
        "loop", "iteration", "result", "response", "status_code", "headers", "links", "attempt", "page", "error", "event", "pages",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static readonly FrozenSet<string> All = Everywhere.Concat(InSteps).ToFrozenSet(StringComparer.Ordinal);
}
