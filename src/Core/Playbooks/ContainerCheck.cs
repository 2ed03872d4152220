using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Checks steps of the tool <c>container</c>. Their templates are rendered by the operator, which must not see secrets, and no worker runs beside the
/// image that could write a sink or turn pages.
/// </summary>
internal static class ContainerCheck
{
    public static void Check(Plan plan, List<Problem> problems)
    {
        foreach (var step in plan.Steps)
        {
            if (step.Task is not { RunsAsContainer: true } task) continue;
            CheckParts(step, task, problems);
            CheckSecrets(plan, step, task, problems);
        }
    }

    private static void CheckParts(StepPlan step, TaskPlan task, List<Problem> problems)
    {
        if (task.Sink is not null) Report(problems, $"{step.Field}.sink", "does not go with the tool container; write its result from a step after it.");
        if (task.Retry.OnSuccess is not null) Report(problems, $"{step.Field}.retry.on_success", "does not go with the tool container; only on_error does.");
        foreach (var clause in task.Case.Where(clause => clause.Then.Sink is not null || clause.Then.Collect is not null))
            Report(problems, clause.Field, "has sink or collect, which do not go with the tool container; write from a step after it.");
    }

    private static void CheckSecrets(Plan plan, StepPlan step, TaskPlan task, List<Problem> problems)
    {
        var (rest, secrets) = ContainerEnvironment.Split(task);
        foreach (var variable in secrets)
        {
            if (plan.Secrets.Any(secret => secret.Name == variable.Secret && secret is { SecretName: not null, Key: not null })) continue;
            Report(problems, $"{Field(step, "env")}.{variable.Name}", $"reads 'secret.{variable.Secret}', which spec.secrets does not declare with a secretKeyRef.");
        }

        foreach (var (field, references) in Templates(step, rest))
        {
            if (references.FirstOrDefault(reference => WorkloadPlan.IsSecret(reference, plan.Workload.SecretMembers)) is not { } found) continue;
            Report(problems, field, $"reads the secret-bearing '{found}'; a container gets a secret only as the whole value of a variable: env: {{NAME: \"{{{{ secret.X }}}}\"}}.");
        }
    }

    private static IEnumerable<(string Field, IEnumerable<TemplateReference> References)> Templates(StepPlan step, TaskPlan task)
    {
        foreach (var (key, node) in task.Tool.Settings.Members)
        {
            if (node is not TemplateNode.Mapping map) yield return (Field(step, key), node.References);
            else foreach (var (name, member) in map.Members) yield return ($"{Field(step, key)}.{name}", member.References);
        }

        yield return ($"{step.Field}.args", task.Args.References);
        yield return ($"{step.Field}.retry", task.Retry.References);
        foreach (var clause in task.Case) yield return (clause.Field, (clause.When?.References ?? []).Concat(clause.Then.References));
    }

    private static string Field(StepPlan step, string key) => $"{step.Field}.tool.{key}";

    private static void Report(List<Problem> problems, string field, string message) =>
        problems.Add(new Problem(ProblemSeverity.Error, field, message));
}
