using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks.Schemas;

/// <summary><c>spec.schema</c>: what a workload must look like before anything starts. Immutable, thread-safe.</summary>
public sealed class WorkloadSchema
{
    private const string Root = "workload";

    /// <summary>Steps of all templates of a workload together: a second or two.</summary>
    private const long MaxSteps = 20_000_000;

    private readonly SchemaNode _schema;
    private readonly ImmutableArray<SchemaNode> _parts;

    private WorkloadSchema(SchemaNode schema)
    {
        _schema = schema;
        _parts = [.. PartsOf(schema)];
    }

    /// <summary>Top-level members that it describes, also inside its alternatives.</summary>
    public IEnumerable<string> Members =>
        _parts.SelectMany(part => part.Object.Properties.Select(property => property.Key).Concat(part.Object.Required)).Distinct(StringComparer.Ordinal);

    /// <summary>Whether it says that a member which it does not describe is welcome.</summary>
    public bool AllowsOther(string name) => _parts.Any(part =>
        part.Object.Additional is { Always: not false } || part.Object.Patterns.Any(pattern => pattern.Key.IsMatch(name)));

    /// <summary>
    /// An execution's values with the schema's defaults for what neither they nor the playbook's workload have, at any depth. They are data, never
    /// evaluated. Idempotent.
    /// </summary>
    public JsonElement Fill(WorkloadPlan workload, JsonElement values) => Fill(workload, values, new SchemaDefaults());

    private JsonElement Fill(WorkloadPlan workload, JsonElement values, SchemaDefaults defaults) =>
        defaults.Fill(_schema, workload.Source, values.ValueKind == JsonValueKind.Object ? values : null) ?? values;

    /// <summary>Null, and problems, when it is no schema.</summary>
    internal static WorkloadSchema? Compile(JsonElement schema, string field, List<Problem> problems)
    {
        var before = problems.Count(problem => problem.Severity == ProblemSeverity.Error);
        var compiled = new SchemaCompiler(schema, field, problems).Compile();
        return problems.Count(problem => problem.Severity == ProblemSeverity.Error) == before ? new WorkloadSchema(compiled) : null;
    }

    /// <summary>
    /// Checks the playbook's workload with an execution's values over it, and the schema's defaults for what they leave out; every finding has its path (<c>workload.items[2].name</c>). Members whose
    /// templates name a secret, or need what only a running execution has, are not looked into: they count as there.
    /// </summary>
    public IReadOnlyList<Problem> Check(WorkloadPlan workload, JsonElement values, DateTimeOffset now)
    {
        var defaults = new SchemaDefaults();
        values = Fill(workload, values, defaults);
        if (defaults.IsCutOff) return [new Problem(ProblemSeverity.Error, Root, "has a schema whose defaults are without end: its schemas refer to each other too often.")];
        var unknown = new HashSet<string>(workload.SecretMembers, StringComparer.Ordinal);
        var context = new EvaluationContext { Now = now, MaxStepsTogether = MaxSteps };
        var merged = WorkloadPlan.Merge(workload.Template, values);
        var members = new List<KeyValuePair<string, Value>>();
        foreach (var (name, node) in merged.Members)
        {
            // What an execution brings replaces the playbook's member, secret or not.
            if (!node.References.Any()) unknown.Remove(name);
            if (unknown.Contains(name)) members.Add(KeyValuePair.Create(name, Value.Null));
        }

        if (workload.TryRender(values, new Variables(), context, name => !unknown.Contains(name), out var rendered, out _, keepsLazy: false)) members.AddRange(rendered.Members);
        else members.AddRange(RenderOneByOne(workload, values, context, unknown));
        var findings = SchemaValidator.Validate(_schema, Value.Map([.. members]).ToJsonElement(), Root);
        return [.. findings.Where(finding => !IsBelow(finding.Field, unknown))];
    }

    /// <summary>The schema and all that look at the same value.</summary>
    private static HashSet<SchemaNode> PartsOf(SchemaNode schema)
    {
        var found = new HashSet<SchemaNode>();
        var open = new Stack<SchemaNode?>([schema]);
        while (open.TryPop(out var part))
        {
            if (part is null || !found.Add(part)) continue;
            foreach (var one in (SchemaNode?[])[part.Reference, part.If, part.Then, part.Else, .. part.AllOf, .. part.AnyOf, .. part.OneOf]) open.Push(one);
            foreach (var (_, one) in part.Object.DependentSchemas) open.Push(one);
        }

        return found;
    }

    private static IEnumerable<KeyValuePair<string, Value>> RenderOneByOne(
        WorkloadPlan workload, JsonElement values, EvaluationContext context, HashSet<string> unknown)
    {
        foreach (var (name, _) in WorkloadPlan.Merge(workload.Template, values).Members.Where(member => !unknown.Contains(member.Key)).ToList())
        {
            if (workload.TryRender(values, new Variables(), context, other => other == name, out var one, out _, keepsLazy: false) && one.TryGetMember(name, out var value))
            {
                yield return KeyValuePair.Create(name, value);
            }
            else
            {
                unknown.Add(name);
                yield return KeyValuePair.Create(name, Value.Null);
            }
        }
    }

    private static bool IsBelow(string field, HashSet<string> unknown) => unknown.Any(name =>
        field.StartsWith($"{Root}.{name}", StringComparison.Ordinal)
        && (field.Length == Root.Length + name.Length + 1 || field[Root.Length + name.Length + 1] is '.' or '['));
}
