using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Running;

/// <summary>Puts together the variables of an assignment: those that it brings, <c>iteration</c>, the secrets that are named, the rendered workload.</summary>
internal static class ScopeBuilder
{
    /// <param name="Templates">Parsed templates of the process; null: each is parsed anew.</param>
    internal sealed record Settings(TemplateOptions Options, TimeProvider Time, TemplateCache? Templates = null)
    {
        /// <summary>A text without blocks is its own value, and not worth a place in the cache.</summary>
        public bool TryParse(string text, [NotNullWhen(true)] out Template? template, [NotNullWhen(false)] out TemplateError? error) =>
            Templates is not null && Template.HasBlocks(text)
                ? Templates.TryGet(text, Options, out template, out error)
                : Template.TryParse(text, Options, out template, out error);
    }

    public static async ValueTask<(RunScope? Scope, WorkError? Error)> BuildAsync(
        Assignment assignment, TaskPlan plan, SecretScope secrets, Settings settings, LateInputs? late, CancellationToken cancellationToken)
    {
        if (assignment.Problem is { } problem) return (null, problem);
        var context = ContextOf(assignment, settings, cancellationToken);
        var problems = new List<Problem>();
        if (WorkloadCompiler.Compile(assignment.WorkloadTemplate, settings, problems) is not { } workload)
            return (null, new(WorkErrorKind.Template, string.Join(' ', problems)));
        var variables = GivenTo(assignment, plan);
        variables.Set("iteration", Iteration(assignment.IterationId, assignment.Index));
        var names = SecretNames(plan.References.Concat(workload.Template.References), assignment.Secrets);
        if (await BindSecretsAsync(names, variables, secrets, cancellationToken) is { } missing) return (null, missing);
        if (!workload.TryRender(assignment.WorkloadValues, variables, context, static _ => true, out var rendered, out var wrong))
            return (null, CallErrors.Template(wrong!));
        variables.Set("workload", rendered);
        return (new RunScope(variables, context, secrets, late), null);
    }

    /// <summary>A context of its own for each piece of work: it counts, and its time runs from here.</summary>
    internal static EvaluationContext ContextOf(Assignment assignment, Settings settings, CancellationToken cancellationToken)
    {
        var started = settings.Time.GetTimestamp();
        return new EvaluationContext
        {
            Now = assignment.Now,
            Options = settings.Options,
            Elapsed = () => settings.Time.GetElapsedTime(started),
            Stop = cancellationToken,
        };
    }

    /// <summary>What the assignment brings, over the names that do not apply yet: null until something binds them.</summary>
    internal static Variables GivenTo(Assignment assignment, TaskPlan plan)
    {
        var variables = new Variables(ContextNames.Absent);
        if (plan.Retry.OnSuccess is { } pages) variables.Set(pages.Collect.Into, Value.Absent);
        foreach (var clause in plan.Case)
            if (clause.Then.Collect is { } collect) variables.Set(collect.Into, Value.Absent);
        foreach (var name in assignment.Absent ?? []) variables.Set(name, Value.Absent);
        foreach (var (name, value) in Value.FromJson(assignment.Variables).Members) variables.Set(name, value);
        return variables.Set("execution_id", Value.From(assignment.ExecutionId.ToString()));
    }

    internal static Value Iteration(string id, long index) => Value.Map([
        new("id", Value.From(id)),
        new("index", index < 0 ? Value.Null : Value.From(index)),
    ]);

    /// <summary>Only secrets that a template names are read; one that picks them by a computed name gets all.</summary>
    internal static HashSet<string> SecretNames(IEnumerable<TemplateReference> references, IReadOnlyList<string> known)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in references.Where(reference => reference.Root == "secret"))
        {
            if (reference.Path.Count > 0) names.Add(reference.Path[0]);
            else names.UnionWith(known);
        }

        return names;
    }

    internal static async ValueTask<WorkError?> BindSecretsAsync(
        HashSet<string> names, Variables variables, SecretScope secrets, CancellationToken cancellationToken)
    {
        if (names.Count == 0) return null;
        var values = new List<KeyValuePair<string, Value>>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var (value, error) = await secrets.ReadAsync(name, cancellationToken);
            if (error is not null) return error;
            values.Add(new(name, Value.From(value)));
        }

        variables.Set("secret", Value.Map(values));
        return null;
    }
}
