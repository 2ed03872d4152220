using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Running;

/// <summary>Parses the workload template that an assignment carries.</summary>
internal static class WorkloadCompiler
{
    /// <summary>Null when a template in it does not parse; <paramref name="problems"/> then names its field.</summary>
    public static WorkloadPlan? Compile(JsonElement workload, ScopeBuilder.Settings settings, List<Problem> problems)
    {
        if (workload.ValueKind != JsonValueKind.Object) return new WorkloadPlan(workload, new TemplateNode.Mapping([]));
        var template = (TemplateNode.Mapping)Node(workload, "workload", settings, problems);
        return problems.Count == 0 ? new WorkloadPlan(workload, template) : null;
    }

    private static TemplateNode Node(JsonElement value, string field, ScopeBuilder.Settings settings, List<Problem> problems)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return new TemplateNode.Mapping([.. value.EnumerateObject().Select(member =>
                    KeyValuePair.Create(member.Name, Node(member.Value, $"{field}.{member.Name}", settings, problems)))]);
            case JsonValueKind.Array:
                return new TemplateNode.Sequence([.. value.EnumerateArray().Select((item, index) => Node(item, $"{field}[{index}]", settings, problems))]);
            case JsonValueKind.String:
                if (settings.TryParse(value.GetString()!, out var template, out var error))
                    return template.IsConstant ? new TemplateNode.Constant(Value.FromJson(value)) : new TemplateNode.Expression(template);
                problems.Add(new Problem(ProblemSeverity.Error, field, $"template, line {error.Line}, column {error.Column}: {error.Message}"));
                return TemplateNode.Null;
            default:
                return new TemplateNode.Constant(Value.FromJson(value));
        }
    }
}
