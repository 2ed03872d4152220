using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// Checks the names that templates read: no secret where the operator evaluates, no step or workload member that does not exist.
/// </summary>
internal static class ReferenceCheck
{
    /// <param name="sites">Where the templates of each step stand, by the step's field.</param>
    public static void Check(Plan plan, IReadOnlyDictionary<string, IReadOnlyList<TemplateSite>> sites, List<Problem> problems)
    {
        foreach (var step in plan.Steps)
        {
            foreach (var (field, references) in OperatorTemplates(step)) CheckSecrets(plan, step, field, references, problems);
            foreach (var site in sites[step.Field]) CheckNames(plan, step, site, problems);
        }

        foreach (var (name, node) in plan.Workload.Template.Members)
            foreach (var secret in node.References.Where(reference => reference.Root == "secret" && reference.Path.Count > 0).Select(reference => reference.Path[0]).Distinct(StringComparer.Ordinal))
                CheckDeclared(plan, $"workload.{name}", secret, problems);
    }

    /// <summary>Templates that are evaluated where secrets must never be.</summary>
    private static IEnumerable<(string Field, IEnumerable<TemplateReference> References)> OperatorTemplates(StepPlan step)
    {
        if (step.Loop is { } loop)
        {
            yield return ($"{step.Field}.loop.in", loop.In.References);
            yield return ($"{step.Field}.loop.where", loop.Where?.References ?? []);
            yield return ($"{step.Field}.loop.orderBy", loop.OrderBy.SelectMany(key => key.By.References));
            yield return ($"{step.Field}.loop.limit", loop.Limit?.References ?? []);
            yield return ($"{step.Field}.loop.key", loop.Key?.References ?? []);
            yield return ($"{step.Field}.loop.until", loop.Until?.References ?? []);
            foreach (var aggregate in loop.Aggregates) yield return ($"{step.Field}.loop.aggregate.{aggregate.Name}", aggregate.Number.References);
        }

        foreach (var clause in step.Case.Concat(step.Loop is null ? [] : step.Task?.Case ?? []))
        {
            yield return ($"{clause.Field}.when", clause.When?.References ?? []);
            yield return ($"{clause.Field}.then", clause.Then.References);
        }

        foreach (var clause in step.Next)
            yield return ($"{step.Field}.next", (clause.When?.References ?? []).Concat(clause.Targets.SelectMany(target => target.Args?.References ?? [])));
        if (step.Vars is { } vars) yield return ($"{step.Field}.vars", vars.References);
        if (step.Task is { RunsAsChild: true } child) yield return ($"{step.Field}.tool", child.References);
    }

    private static void CheckSecrets(Plan plan, StepPlan step, string field, IEnumerable<TemplateReference> references, List<Problem> problems)
    {
        foreach (var reference in references.Where(reference => IsSecret(plan, step, reference)).DistinctBy(Spell))
            problems.Add(new Problem(
                ProblemSeverity.Error, field, $"reads the secret-bearing '{Spell(reference)}', which only a worker may see; use it in tool, args or sink."));
    }

    /// <summary>A step's own <c>args</c> carry on what they read.</summary>
    private static bool IsSecret(Plan plan, StepPlan step, TemplateReference reference)
    {
        var secrets = plan.Workload.SecretMembers;
        if (WorkloadPlan.IsSecret(reference, secrets)) return true;
        if (reference.Root != "args" || step.Task is not { } task) return false;
        var read = reference.Path.Count == 0 ? task.Args.References : task.Args[reference.Path[0]]?.References ?? [];
        return read.Any(inner => WorkloadPlan.IsSecret(inner, secrets));
    }

    private static void CheckNames(Plan plan, StepPlan step, TemplateSite site, List<Problem> problems)
    {
        foreach (var reference in site.References.DistinctBy(Spell))
        {
            if (reference.Root == "workload") CheckWorkload(plan, site.Field, reference, problems);
            else if (reference.Root == "secret") CheckSecret(plan, site.Field, reference, problems);
            else if (!IsKnown(plan, step, reference.Root))
            {
                var near = NearestName.Find(reference.Root, ContextNames.All.Concat(plan.ByName.Keys)) is { } name ? $" (did you mean {name}?)" : "";
                problems.Add(new Problem(ProblemSeverity.Warning, site.Field, $"reads '{reference.Root}', which is neither a step nor a known name{near}."));
            }
        }
    }

    private static void CheckWorkload(Plan plan, string field, TemplateReference reference, List<Problem> problems)
    {
        if (reference.Path.Count == 0 || plan.Workload.Template[reference.Path[0]] is not null || plan.Schema?.Members.Contains(reference.Path[0]) == true) return;
        var near = NearestName.Find(reference.Path[0], WorkloadMembers.DeclaredBy(plan)) is { } name ? $" (did you mean {name}?)" : "";
        problems.Add(new Problem(ProblemSeverity.Warning, field, $"reads 'workload.{reference.Path[0]}', which the workload does not have{near}; an execution must bring it."));
    }

    private static void CheckSecret(Plan plan, string field, TemplateReference reference, List<Problem> problems)
    {
        if (reference.Path.Count > 0) CheckDeclared(plan, field, reference.Path[0], problems);
    }

    /// <summary>A playbook that declares secrets means all of them; one that declares none may be meant for <c>playbook run --secret</c> only.</summary>
    private static void CheckDeclared(Plan plan, string field, string name, List<Problem> problems)
    {
        if (plan.Secrets.Any(secret => secret.Name == name)) return;
        if (plan.Secrets.IsEmpty)
        {
            problems.Add(new Problem(ProblemSeverity.Warning, field, $"names the secret '{name}', and the playbook declares no secrets; on a cluster no worker will have it."));
            return;
        }

        var near = NearestName.Find(name, plan.Secrets.Select(secret => secret.Name)) is { } similar ? $" (did you mean {similar}?)" : "";
        problems.Add(new Problem(ProblemSeverity.Error, field, $"names the secret '{name}', which secrets does not declare{near}; no worker would have it."));
    }

    private static bool IsKnown(Plan plan, StepPlan step, string name) =>
        ContextNames.Contains(name)
        || plan.ByName.ContainsKey(name)
        || step.Loop?.Iterator == name
        || step.Loop?.Variable == name
        || step.Task?.Retry.OnSuccess?.Collect.Into == name
        || step.Task?.Case.Any(clause => clause.Then.Collect?.Into == name) == true;

    private static string Spell(TemplateReference reference) => reference.ToString();
}
