namespace PlaybookOperator.Operator.Executions.Children;

/// <summary>Who called whom. A playbook that comes up in its own chain would never end, and a chain has a last link.</summary>
public static class Ancestry
{
    /// <summary>How many parents an execution may have above it.</summary>
    public const int MaxDepth = 10;

    /// <summary>Why <paramref name="child"/> may not run below this chain; null when it may.</summary>
    /// <param name="chain">Names of the playbooks from the root to the parent.</param>
    /// <param name="child">Name of the playbook to run.</param>
    public static string? Refuse(IReadOnlyList<string> chain, string child)
    {
        var whole = string.Join(" → ", chain.Append(child));
        if (chain.Contains(child, StringComparer.Ordinal)) return $"name: playbook '{child}' would run inside itself: {whole}.";
        return chain.Count > MaxDepth ? $"name: playbooks may be nested {MaxDepth} deep: {whole}." : null;
    }
}
