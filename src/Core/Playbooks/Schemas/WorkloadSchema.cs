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

    private WorkloadSchema(SchemaNode schema) => _schema = schema;

    /// <summary>Null, and problems, when it is no schema.</summary>
    internal static WorkloadSchema? Compile(JsonElement schema, string field, List<Problem> problems)
    {
        var before = problems.Count(problem => problem.Severity == ProblemSeverity.Error);
        var compiled = new SchemaCompiler(schema, field, problems).Compile();
        return problems.Count(problem => problem.Severity == ProblemSeverity.Error) == before ? new WorkloadSchema(compiled) : null;
    }

    /// <summary>
    /// Checks the playbook's workload with an execution's values over it; every finding has its path (<c>workload.items[2].name</c>). Members whose
    /// templates name a secret, or need what only a running execution has, are not looked into: they count as there.
    /// </summary>
    public IReadOnlyList<Problem> Check(WorkloadPlan workload, JsonElement values, DateTimeOffset now)
    {
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
