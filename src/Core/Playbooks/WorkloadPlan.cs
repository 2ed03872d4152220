using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Playbooks.Graphs;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// The playbook's own workload. Its strings are templates; the values that an execution brings are merged over it as data and never evaluated.
/// </summary>
public sealed class WorkloadPlan
{
    /// <summary>Nesting of references between members of a workload, at most.</summary>
    private const int MaxPasses = 16;

    public WorkloadPlan(JsonElement source, TemplateNode.Mapping template)
    {
        Source = source;
        Template = template;
        SecretMembers = FindSecretMembers(template);
    }

    /// <summary>As written.</summary>
    public JsonElement Source { get; }

    public TemplateNode.Mapping Template { get; }

    /// <summary>Top-level members whose templates name <c>secret</c>, directly or through other members: rendered in workers only.</summary>
    public FrozenSet<string> SecretMembers { get; }

    /// <summary>
    /// Renders the workload. <paramref name="outer"/> gives the names that its templates may read beside <c>workload</c> itself;
    /// members for which <paramref name="include"/> is false are left out. An execution's <paramref name="values"/> win, member by member, maps deeply.
    /// </summary>
    /// <param name="keepsLazy">False when the workload is written out, and so must not hold a lazy range of any length.</param>
    public bool TryRender(
        JsonElement values, IVariables outer, EvaluationContext context, Func<string, bool> include, out Value workload, out TemplateError? error, bool keepsLazy = true)
    {
        var merged = Merge(Template, values);
        var rendered = new Dictionary<string, Value>(StringComparer.Ordinal);
        var waiting = merged.Members.Where(member => include(member.Key)).ToList();
        error = null;
        for (var pass = 0; pass < MaxPasses && waiting.Count > 0; pass++)
        {
            var names = waiting.Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
            var ready = waiting.Where(member => !ReadsOf(member.Value).Any(names.Contains)).ToList();
            if (ready.Count == 0)
            {
                error = OfCircle(waiting, names);
                workload = Value.Undefined;
                return false;
            }

            var variables = new Variables(outer).Set("workload", Value.Map([.. rendered]));
            foreach (var (name, node) in ready)
            {
                if (!node.TryRender(variables, context, out var value, out error, keepsLazy))
                {
                    workload = Value.Undefined;
                    return false;
                }

                rendered[name] = value;
            }

            waiting = waiting.Except(ready).ToList();
        }

        workload = Value.Map([.. merged.Members.Where(member => rendered.ContainsKey(member.Key))
            .Select(member => KeyValuePair.Create(member.Key, rendered[member.Key]))]);
        return true;
    }

    /// <summary>The member itself and those that it reads, directly or through others, as an execution that brings <paramref name="values"/> has them.</summary>
    public IReadOnlySet<string> ReadBy(string member, JsonElement values)
    {
        var nodes = Merge(Template, values).Members.ToDictionary(StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([member]);
        while (open.TryPop(out var name))
        {
            if (!nodes.TryGetValue(name, out var node) || !found.Add(name)) continue;
            foreach (var read in ReadsOf(node)) open.Push(read);
        }

        return found;
    }

    /// <summary>These references, and those of the workload's members that they read, directly or through others.</summary>
    public IEnumerable<TemplateReference> WithMembers(IEnumerable<TemplateReference> references)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<TemplateReference>(references);
        while (open.TryDequeue(out var reference))
        {
            yield return reference;
            if (reference.Root != "workload") continue;
            foreach (var (name, node) in Template.Members)
            {
                if ((reference.Path.Count > 0 && reference.Path[0] != name) || !seen.Add(name)) continue;
                foreach (var inner in node.References) open.Enqueue(inner);
            }
        }
    }

    /// <summary>Lays data over a template: maps member by member, everything else as a whole.</summary>
    public static TemplateNode.Mapping Merge(TemplateNode.Mapping template, JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Object) return template;
        var members = template.Members.ToList();
        foreach (var member in values.EnumerateObject())
        {
            var index = members.FindIndex(existing => existing.Key == member.Name);
            if (index < 0) members.Add(KeyValuePair.Create(member.Name, Data(member.Value)));
            else members[index] = KeyValuePair.Create(member.Name, MergeOne(members[index].Value, member.Value));
        }

        return new TemplateNode.Mapping([.. members]);
    }

    private static TemplateNode MergeOne(TemplateNode template, JsonElement value) => (template, value.ValueKind) switch
    {
        (TemplateNode.Mapping map, JsonValueKind.Object) => Merge(map, value),
        _ => Data(value),
    };

    private static TemplateNode Data(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? new TemplateNode.Mapping([.. value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Data(member.Value)))])
        : new TemplateNode.Constant(Value.FromJson(value));

    /// <param name="waiting">Each of them reads another of them.</param>
    private static TemplateError OfCircle(List<KeyValuePair<string, TemplateNode>> waiting, HashSet<string> names)
    {
        var nodes = waiting.ToDictionary(StringComparer.Ordinal);
        var circle = Circle.Find(waiting.Select(member => member.Key), name => ReadsOf(nodes[name]).Where(names.Contains))!;
        return TemplateError.At($"the members of the workload read each other in a circle: {Circle.Tell(circle)}", $"{{{{ workload.{circle[1]} }}}}", 0, TemplateErrorKind.UnknownName);
    }

    /// <summary>Top-level members of the workload that a template reads; reading it whole reads all.</summary>
    private static IEnumerable<string> ReadsOf(TemplateNode node) =>
        node.References.Where(reference => reference.Root == "workload" && reference.Path.Count > 0).Select(reference => reference.Path[0]);

    private static FrozenSet<string> FindSecretMembers(TemplateNode.Mapping template)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        bool grew;
        do
        {
            grew = false;
            foreach (var (name, node) in template.Members)
                if (node.References.Any(reference => IsSecret(reference, found))) grew |= found.Add(name);
        }
        while (grew);
        return found.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether reading this name yields a secret, given the members of the workload that hold one.</summary>
    internal static bool IsSecret(TemplateReference reference, ISet<string> secretMembers) =>
        reference.Root == "secret"
        || (reference.Root == "workload" && (reference.Path.Count == 0 ? secretMembers.Count > 0 : secretMembers.Contains(reference.Path[0])));
}
