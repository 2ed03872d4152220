using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks.Graphs;
using PlaybookOperator.Core.Playbooks.Schemas;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>What became of a playbook's document.</summary>
/// <param name="Plan">Null when there is an error among the problems.</param>
/// <param name="Problems">All of them, errors and warnings, in the order of the document as far as it can be told.</param>
public sealed record Compilation(Plan? Plan, ImmutableArray<Problem> Problems)
{
    public IEnumerable<Problem> Errors => Problems.Where(problem => problem.Severity == ProblemSeverity.Error);
}

/// <summary>
/// Turns a playbook's spec as written, in either spelling, into a <see cref="Plan"/>, or says everything that is wrong with it.
/// </summary>
public static class PlanCompiler
{
    /// <param name="name">The playbook's name.</param>
    /// <param name="spec">Its spec: JSON of any type; anything but an object is a problem.</param>
    /// <param name="tools">What its steps may name.</param>
    /// <param name="options">Bounds of its templates.</param>
    /// <param name="templates">Parsed templates of the process; null: each is parsed anew.</param>
    public static Compilation Compile(string name, JsonElement spec, ToolSchemas tools, TemplateOptions options, TemplateCache? templates = null)
    {
        var (plan, problems) = Read(name, spec, tools, options, templates);
        var runs = plan is not null && problems.All(problem => problem.Severity != ProblemSeverity.Error);
        return new Compilation(runs ? plan! with { Warnings = problems } : null, problems);
    }

    /// <summary>
    /// Compiles what a compiler, this one or one before it, has accepted for an execution that is under way. Checks that were added since do not stop
    /// it: a value that is no longer allowed is as if it were absent, and the errors are in <see cref="Plan.Refusals"/>. There is no plan only where
    /// something cannot be read at all.
    /// </summary>
    /// <inheritdoc cref="Compile(string, JsonElement, ToolSchemas, TemplateOptions, TemplateCache?)"/>
    public static Compilation CompilePinned(string name, JsonElement spec, ToolSchemas tools, TemplateOptions options, TemplateCache? templates = null)
    {
        var (plan, problems) = Read(name, spec, tools, options, templates);
        if (plan is null || problems.Any(problem => problem.IsUnreadable)) return new Compilation(null, problems);
        var errors = problems.Where(problem => problem.Severity == ProblemSeverity.Error).ToImmutableArray();
        var warnings = errors.IsEmpty ? problems : [.. problems.Except(errors)];
        return new Compilation(plan with { Warnings = warnings, Refusals = errors }, problems);
    }

    private static (Plan? Plan, ImmutableArray<Problem> Problems) Read(
        string name, JsonElement spec, ToolSchemas tools, TemplateOptions options, TemplateCache? templates)
    {
        var problems = new List<Problem>();
        if (spec.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "spec", $"must be a map with workflow, not {FieldReader.Describe(spec)}."));
            return (null, [.. problems]);
        }

        // What walks a document goes by recursion, so this comes first.
        if (DataLimits.CheckDocument(spec) is { } beyond)
        {
            problems.Add(new Problem(ProblemSeverity.Error, beyond.Field, beyond.Field.Length > 0 ? beyond.Message : beyond.Tell("The playbook")));
            return (null, [.. problems]);
        }

        var reader = new FieldReader(spec, "", problems);
        var sites = new Dictionary<string, IReadOnlyList<TemplateSite>>(StringComparer.Ordinal);
        var plan = Compile(name, reader, new TemplateCompiler(options, problems, tools, templates), sites);
        if (plan is not null)
        {
            GraphCheck.Check(plan, reader.PathOf("onExit"), problems);
            ReferenceCheck.Check(plan, sites, problems);
            UnreadableNames.Check(plan, sites, problems);
            ContainerCheck.Check(plan, problems);
            LoadingCompiler.Check(plan, problems);
        }

        return (plan, [.. problems.Distinct()]);
    }

    private static Plan? Compile(string name, FieldReader spec, TemplateCompiler templates, Dictionary<string, IReadOnlyList<TemplateSite>> sites)
    {
        spec.Take("description");
        var cache = CacheCompiler.CompileDefaults(spec);
        var loading = LoadingCompiler.Compile(spec);
        var workload = CompileWorkload(spec, templates);
        var schema = spec.Take("schema") is { } source ? WorkloadSchema.Compile(source, spec.PathOf("schema"), templates.Problems) : null;
        var retention = RetentionCompiler.Compile(spec);
        var secrets = CompileSecrets(spec, templates.Problems);
        var limits = LimitsCompiler.Compile(spec);
        var worker = spec.TakeObject("worker") is null ? (JsonElement?)null : spec.Take("worker");
        var onExit = spec.TakeString("onExit");
        var steps = CompileSteps(spec, Workbook.Read(spec, templates), new(workload, cache, sites), templates);
        spec.ReportUnknown();
        if (steps is not { Length: > 0 } found) return null;
        var byName = found.DistinctBy(step => step.Name, StringComparer.Ordinal).ToImmutableDictionary(step => step.Name, StringComparer.Ordinal);
        var start = byName.ContainsKey("start") ? "start" : found[0].Name;
        return new Plan
        {
            Name = name,
            Steps = found,
            StartStep = start,
            Workload = workload,
            WorkloadReads = WorkloadMembers.ReadBy(sites.Values.SelectMany(ofStep => ofStep).SelectMany(site => site.References).Concat(workload.Template.References)),
            Schema = schema,
            EventRetention = retention,
            Secrets = secrets,
            Limits = limits,
            Loading = loading,
            Worker = worker,
            ByName = byName,
            Graph = WorkflowGraph.Of(start, [.. found.Where(step => ReferenceEquals(step, byName[step.Name]) && (step.Name != onExit || step.Name == start))]),
            OnExit = onExit,
        };
    }

    private static WorkloadPlan CompileWorkload(FieldReader spec, TemplateCompiler templates)
    {
        var template = TaskCompiler.CompileMap(spec, templates, "workload");
        var source = spec.Take("workload") is { ValueKind: JsonValueKind.Object } found ? found : Executions.JsonText.EmptyObject;
        if (DataLimits.Check(source, spec.PathOf("workload")) is { } beyond)
            templates.Problems.Add(new Problem(ProblemSeverity.Error, beyond.Field, beyond.Message));
        return new WorkloadPlan(source, template);
    }

    private static ImmutableArray<SecretReference> CompileSecrets(FieldReader spec, List<Problem> problems)
    {
        if (spec.TakeList("secrets") is not { } list) return [];
        var path = spec.PathOf("secrets");
        var secrets = ImmutableArray.CreateBuilder<SecretReference>();
        foreach (var (entry, index) in list.EnumerateArray().Select((entry, index) => (entry, index)))
        {
            var field = $"{path}[{index}]";
            if (entry.ValueKind != JsonValueKind.Object)
            {
                problems.Add(new Problem(ProblemSeverity.Error, field, $"must be {{name, secretKeyRef}}, not {FieldReader.Describe(entry)}."));
                continue;
            }

            if (CompileSecret(new FieldReader(entry, field, problems)) is { } secret) secrets.Add(secret);
        }

        return secrets.ToImmutable();
    }

    private static SecretReference? CompileSecret(FieldReader reader)
    {
        var name = reader.TakeString("name");
        if (string.IsNullOrEmpty(name)) reader.Error("name", "is required: the name that templates use.");
        // The name becomes a file in the worker's pod.
        else if (name.Length > 253 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')) || name[0] == '.')
            reader.Error("name", $"must be letters, digits, _, - and ., not '{name}'.");
        var source = reader.TakeObject("secretKeyRef");
        var secretName = source?.TakeString("name");
        var key = source?.TakeString("key");
        if (source is null) reader.Error("secretKeyRef", "is required: {name, key} of a Kubernetes Secret.");
        else if (secretName is null || key is null) source.Error(secretName is null ? "name" : "key", "is required.");
        source?.ReportUnknown();
        reader.ReportUnknown();
        return name is null ? null : new SecretReference(name, secretName, key);
    }

    private static ImmutableArray<StepPlan>? CompileSteps(FieldReader spec, Workbook workbook, StepSurroundings around, TemplateCompiler templates)
    {
        if (!spec.Has("workflow")) spec.Error("workflow", "is required: a list of steps.");
        if (spec.TakeList("workflow") is not { } list) return null;
        if (list.GetArrayLength() == 0) spec.Error("workflow", "must have at least one step.");
        var steps = ImmutableArray.CreateBuilder<StepPlan>();
        foreach (var (entry, index) in list.EnumerateArray().Select((entry, index) => (entry, index)))
        {
            var field = FieldReader.Join(spec.Path, $"{spec.Spelling("workflow")}[{index}]");
            if (entry.ValueKind != JsonValueKind.Object)
            {
                templates.Problems.Add(new Problem(ProblemSeverity.Error, field, $"must be a step (a map), not {FieldReader.Describe(entry)}."));
                continue;
            }

            templates.TakeSites();
            steps.Add(StepCompiler.Compile(workbook.Inline(entry, field), field, around.Workload, around.Cache, templates));
            around.Sites[field] = templates.TakeSites();
        }

        return steps.ToImmutable();
    }

    /// <param name="Sites">Filled with where the templates of each step stand, by the step's field.</param>
    private sealed record StepSurroundings(WorkloadPlan Workload, CacheDefaults Cache, Dictionary<string, IReadOnlyList<TemplateSite>> Sites);
}
