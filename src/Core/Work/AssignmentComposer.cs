using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Work;

/// <summary>What an assignment is made of, beside plan and state.</summary>
/// <param name="Element">The iteration's element, or the list of a chunk's elements; null for calls outside loops and for loops over a range.</param>
/// <param name="Inputs">Which earlier results it has.</param>
/// <param name="LoopResults">Results of loops that it carries, by run id: those of <see cref="InputPlan.LoopRuns"/>.</param>
/// <param name="LargeResults">Results stored by reference that it carries: those of <see cref="InputPlan.LargeResults"/>.</param>
public sealed record AssignmentInput(
    OpenWork Work,
    JsonElement? Element,
    InputPlan Inputs,
    IReadOnlyDictionary<long, IReadOnlyList<JsonElement?>> LoopResults,
    IReadOnlyDictionary<WorkKey, JsonElement> LargeResults);

/// <summary>
/// Puts together what a worker gets to see: of the workload only what the task's templates name, of earlier results what the input plan says.
/// </summary>
public static class AssignmentComposer
{
    public static Assignment Compose(Plan plan, ExecutionFacts facts, ExecutionState state, StepRun run, AssignmentInput input)
    {
        var step = plan.ByName[run.Step];
        var references = step.Task!.References.ToList();
        var members = WorkloadMembersReadBy(plan, references);
        var key = input.Work.Key;
        return new Assignment
        {
            ExecutionId = facts.Id.Value,
            RunId = run.RunId,
            Step = run.Step,
            Epoch = run.Epoch,
            Index = key.Index,
            Fence = input.Work.Fence,
            AttemptsUsed = input.Work.AttemptsUsed,
            IterationId = key.IsCall || key.IsPool ? WorkKey.IterationId(facts.Id, run.RunId) : $"{WorkKey.IterationId(facts.Id, run.RunId)}-{key.Index}",
            Now = facts.CreatedAt,
            Task = step.TaskSource,
            WorkloadTemplate = Pick(plan.Workload.Source, members),
            WorkloadValues = Pick(facts.Workload, members),
            Variables = ComposeVariables(plan, facts, state, run, input),
            Absent = WithoutResult(plan, state, step, input.Inputs).ToList() is { Count: > 0 } absent ? absent : null,
            References = input.Inputs.References.ToList() is { Count: > 0 } late ? late : null,
            Problem = input.Inputs.Problem,
            Secrets = [.. plan.Secrets.Select(secret => secret.Name)],
            MaxInlineResultBytes = plan.Limits.MaxInlineResultBytes,
            Pool = key.IsPool ? PoolOf(step.Loop!, state.Loops[run.RunId]) : null,
        };
    }

    private static JsonElement ComposeVariables(Plan plan, ExecutionFacts facts, ExecutionState state, StepRun run, AssignmentInput input)
    {
        var step = plan.ByName[run.Step];
        return JsonText.Object(writer =>
        {
            writer.WriteString("execution_id", facts.Id.ToString());
            writer.WriteStartObject("execution");
            writer.WriteString("id", facts.Id.ToString());
            writer.WriteString("name", facts.Name);
            writer.WriteString("namespace", facts.Namespace);
            writer.WriteString("status", state.Outcome is { } outcome ? StatusProjection.ApiStatus(outcome) : null);
            writer.WriteEndObject();
            if (state.ErrorFor(plan, run.Step) is { } error)
            {
                writer.WritePropertyName("error");
                error.WriteTo(writer);
            }

            writer.WriteStartObject("playbook");
            writer.WriteString("name", facts.Playbook);
            writer.WriteEndObject();
            WriteVars(writer, state);
            if (run.Args is { } args)
            {
                writer.WritePropertyName("args");
                args.WriteTo(writer);
            }

            foreach (var carried in input.Inputs.Carried.Where(carried => !carried.Run.HasNothing))
            {
                writer.WritePropertyName(carried.Run.Step);
                EarlierResult.Write(
                    writer, carried.Run, input.LargeResults.TryGetValue(new WorkKey(carried.Run.RunId, WorkKey.Call), out var large) ? large : null, input.LoopResults.GetValueOrDefault(carried.Run.RunId));
            }

            if (input.Work.Key is { IsCall: false, IsPool: false }) WriteIteration(writer, step, state, run, input);
        });
    }

    /// <summary>Steps that the templates name and that have no result, because they failed, were skipped or have not run; of a chunk also the element's name.</summary>
    private static IEnumerable<string> WithoutResult(Plan plan, ExecutionState state, StepPlan step, InputPlan inputs) =>
        plan.Workload.WithMembers(step.Task!.References).Select(reference => reference.Root).Distinct(StringComparer.Ordinal)
            .Where(name => plan.ByName.ContainsKey(name) || (step.Loop is { Chunk: not null } loop && name == loop.Iterator))
            .Where(name => !ContextNames.Contains(name) && !InputPlanner.IsOwnName(plan, state, step, name) && inputs.Inputs.All(input => input.Run.Step != name || (input.Run.HasNothing && !input.IsReference)));

    private static PoolWork PoolOf(LoopPlan plan, LoopState loop) => new(
        plan.Variable,
        loop.Total,
        loop.Chunk,
        loop.Range?.Start,
        loop.Range?.Step,
        plan.Mode == LoopMode.Sequential,
        plan.FailurePolicy is not FailurePolicy.CollectAll,
        plan.BatchSize);

    private static void WriteVars(Utf8JsonWriter writer, ExecutionState state)
    {
        writer.WriteStartObject("vars");
        foreach (var (name, value) in state.Vars)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WriteIteration(Utf8JsonWriter writer, StepPlan step, ExecutionState state, StepRun run, AssignmentInput input)
    {
        var index = input.Work.Key.Index;
        var loop = state.Loops[run.RunId];
        writer.WritePropertyName(step.Loop!.Variable);
        if (input.Element is { } element) element.WriteTo(writer);
        else if (loop.Range is { } range) WriteRange(writer, range, input.Work);
        else writer.WriteNullValue();
        writer.WriteStartObject("loop");
        writer.WriteNumber("index", index);
        writer.WriteNumber("index1", index + 1);
        writer.WriteBoolean("first", index == 0);
        writer.WriteBoolean("last", index + input.Work.Elements == loop.Total);
        writer.WriteNumber("length", loop.Total);
        writer.WriteEndObject();
    }

    private static void WriteRange(Utf8JsonWriter writer, LoopRange range, OpenWork work)
    {
        if (work.Size is not { } size)
        {
            writer.WriteNumberValue(range[work.Key.Index]);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < size; i++) writer.WriteNumberValue(range[work.Key.Index + i]);
        writer.WriteEndArray();
    }

    /// <summary>Top-level members of the workload that the task reads, with those that they read in turn; null: all of them.</summary>
    private static HashSet<string>? WorkloadMembersReadBy(Plan plan, IReadOnlyList<TemplateReference> references)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<TemplateReference>(references.Where(reference => reference.Root == "workload"));
        while (open.TryDequeue(out var reference))
        {
            if (reference.Path.Count == 0) return null;
            if (!members.Add(reference.Path[0])) continue;
            foreach (var next in plan.Workload.Template[reference.Path[0]]?.References ?? [])
                if (next.Root == "workload") open.Enqueue(next);
        }

        return members;
    }

    private static JsonElement Pick(JsonElement map, HashSet<string>? members) =>
        members is null || map.ValueKind != JsonValueKind.Object
            ? map
            : JsonText.Object(writer =>
            {
                foreach (var member in map.EnumerateObject())
                    if (members.Contains(member.Name)) member.WriteTo(writer);
            });
}
