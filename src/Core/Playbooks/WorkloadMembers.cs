using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// The members that a workload of a playbook may have at its top: those of the playbook's own workload, those that its schema describes, and those that its
/// templates read. Anything goes where the schema allows other members in so many words, where a template reads the workload as a whole, and where the
/// playbook declares neither workload nor schema.
/// </summary>
public static class WorkloadMembers
{
    private const int MaxTold = 20;

    /// <summary>Members of <paramref name="values"/> that no template could read, each as an error with the nearest known name; empty: all are known.</summary>
    public static IReadOnlyList<Problem> FindUnknown(Plan plan, JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Object || plan.WorkloadReads is not { } read) return [];
        var declared = DeclaredBy(plan).ToHashSet(StringComparer.Ordinal);
        if (declared.Count == 0) return [];
        var known = declared.Concat(read).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return
        [
            .. values.EnumerateObject().Select(member => member.Name).Distinct(StringComparer.Ordinal)
                .Where(name => !known.Contains(name) && plan.Schema?.AllowsOther(name) != true)
                .Select(name => new Problem(ProblemSeverity.Error, $"workload.{name}", Describe(name, known))),
        ];
    }

    /// <summary>Those of the playbook's workload and of its schema.</summary>
    public static IEnumerable<string> DeclaredBy(Plan plan) =>
        plan.Workload.Template.Members.Select(member => member.Key).Concat(plan.Schema?.Members ?? []).Distinct(StringComparer.Ordinal);

    /// <summary>The members that templates read; null where one of them reads the workload as a whole.</summary>
    internal static IReadOnlySet<string>? ReadBy(IEnumerable<TemplateReference> references)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in references.Where(reference => reference.Root == "workload"))
        {
            if (reference.Path.Count == 0) return null;
            names.Add(reference.Path[0]);
        }

        return names;
    }

    private static string Describe(string name, List<string> known)
    {
        var near = NearestName.Find(name, known) is { } similar ? $" (did you mean {similar}?)" : "";
        var more = known.Count > MaxTold ? $" and {known.Count - MaxTold} more" : "";
        return $"is not a member of this playbook's workload{near}; known are {string.Join(", ", known.Take(MaxTold))}{more}.";
    }
}
