using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Templates.Values;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>The elements of a loop, evaluated once when it starts: <c>in</c>, then <c>where</c>, <c>orderBy</c>, <c>limit</c>.</summary>
internal abstract record LoopSource
{
    /// <summary>Elements that a filter may look at, unless the loop may have more: some seconds of work, in which nothing else of the execution happens.</summary>
    private const long MaxFiltered = 10_000_000;

    /// <summary>Elements that may be sorted, unless the loop may have more: all are in memory at once.</summary>
    private const long MaxSorted = 1_000_000;

    /// <summary>A simple condition counts no steps, and so does not look whether it is to stop.</summary>
    private const int LooksBetweenStops = 1024;

    private LoopSource()
    {
    }

    /// <param name="Items">The elements, or null when <paramref name="Range"/> gives them.</param>
    /// <param name="CollectionSize">Length before <c>where</c> and <c>limit</c>.</param>
    /// <param name="Dropped">Elements that were left out because <c>where</c> failed on them.</param>
    public sealed record Elements(IReadOnlyList<JsonElement>? Items, LoopRange? Range, long Count, long CollectionSize, long Dropped) : LoopSource
    {
        /// <summary>The name of each element by the loop's <c>key</c>; null: its index is its name.</summary>
        public IReadOnlyList<string>? Keys { get; init; }
    }

    /// <summary>The step fails with this.</summary>
    public sealed record Invalid(string Kind, string Message) : LoopSource;

    /// <summary>Something must be read first (see <see cref="Decisions.NeedsMore"/>).</summary>
    public sealed record Blocked : LoopSource;

    public static LoopSource Evaluate(Draft draft, StepRun run, StepPlan step, long maxIterations)
    {
        var loop = step.Loop!;
        var scope = new Scope(draft, run);
        if (!scope.Has(ReferencesOf(loop))) return new Blocked();
        if (!loop.In.TryRender(scope, draft.Evaluation, out var source, out var error, keepsLazy: loop.In is TemplateNode.Expression)) return Fail(step, "in", error!);
        if (source.Kind == ValueKind.Map) source = Pairs(source);
        if (source.Kind != ValueKind.List)
            return new Invalid(WorkErrorKind.Configuration, $"{step.Field}.loop.in must give a list or a map, not {Describe(source)}.");

        var size = source.Count;
        long? limit = null;
        if (loop.Limit is not null && !TryLimit(draft, scope, loop.Limit, out limit, out var problem))
            return new Invalid(WorkErrorKind.Configuration, $"{step.Field}.loop.limit {problem}");
        if (loop.Where is null && loop.OrderBy.Length == 0 && loop.Key is null && source.TryGetRange(out var start, out _, out var rangeStep))
        {
            var count = Math.Min(size, limit ?? long.MaxValue);
            return (LoopSource?)TooMany(step, count, maxIterations) ?? new Elements(null, new LoopRange(start, rangeStep), count, size, 0);
        }

        return Materialise(draft, scope, step, source, limit, maxIterations);
    }

    private static LoopSource Materialise(Draft draft, Scope scope, StepPlan step, Value source, long? limit, long maxIterations)
    {
        var loop = step.Loop!;
        // Without a filter the number is known, and nothing need be looked at.
        if (loop.Where is null && TooMany(step, Math.Min(source.Count, limit ?? long.MaxValue), maxIterations) is { } refused) return refused;
        var isSorted = loop.OrderBy.Length > 0;
        // To sort, all must be there; otherwise as many as are wanted are enough. One too many is enough to refuse it.
        var (wanted, most) = isSorted ? (long.MaxValue, Math.Max(MaxSorted, maxIterations)) : (limit ?? long.MaxValue, maxIterations);
        if (loop.Where is null && source.Count > most && isSorted) return TooManyToSort(step, most);
        var kept = new List<Value>();
        long dropped = 0, looked = 0;
        foreach (var item in source.Items)
        {
            if (kept.Count >= wanted || kept.Count > most) break;
            if (++looked > MaxFiltered && looked > maxIterations)
                return new Invalid("LimitExceeded", $"{step.Field}.loop.in has {source.Count} elements, more than the {Math.Max(MaxFiltered, maxIterations)} of which where can choose.");
            if (loop.Where is null)
            {
                kept.Add(item);
                continue;
            }

            if (looked % LooksBetweenStops == 0) draft.Evaluation.Stop.ThrowIfCancellationRequested();
            var variables = new Variables(scope).Set(loop.Iterator, item);
            if (!loop.Where.TryTest(variables, draft.Evaluation, out var matches, out var error))
            {
                // The elements before it may have used up what all have together: then it is not this one that is wrong.
                if (draft.Evaluation.IsSpent) return Fail(step, "where", error);
                dropped++;
            }
            else if (matches) kept.Add(item);
        }

        if (isSorted && kept.Count > most) return TooManyToSort(step, most);
        if (Math.Min(kept.Count, limit ?? long.MaxValue) > maxIterations)
            return new Invalid("LimitExceeded", $"{step.Field}.loop has more than limits.maxIterations = {maxIterations} iterations: where keeps {kept.Count} of the first {looked} elements.");
        if (loop.OrderBy.Length > 0 && Sort(draft, scope, step, kept) is { } failed) return failed;
        var count = (int)Math.Min(kept.Count, limit ?? int.MaxValue);
        var items = new JsonElement[count];
        for (var i = 0; i < count; i++) items[i] = kept[i].ToJsonElement();
        if (loop.Key is null) return new Elements(items, null, count, source.Count, dropped);
        var keys = new string[count];
        if (Name(draft, scope, step, kept, keys) is { } unnamed) return unnamed;
        return new Elements(items, null, count, source.Count, dropped) { Keys = keys };
    }

    /// <summary>Renders the loop's <c>key</c> for each element. Null when all are named and no two alike.</summary>
    private static Invalid? Name(Draft draft, Scope scope, StepPlan step, List<Value> items, string[] keys)
    {
        var loop = step.Loop!;
        var taken = new Dictionary<string, int>(keys.Length, StringComparer.Ordinal);
        for (var i = 0; i < keys.Length; i++)
        {
            var variables = new Variables(scope).Set(loop.Iterator, items[i]);
            if (!loop.Key!.TryRender(variables, draft.Evaluation, out var key, out var error)) return Fail(step, "key", error!);
            if (key.Kind is not (ValueKind.String or ValueKind.Integer or ValueKind.Float or ValueKind.Boolean))
                return new Invalid(WorkErrorKind.Configuration, $"{step.Field}.loop.key must give text or a number, not {Describe(key)} as for index {i}.");
            keys[i] = key.ToText();
            if (Encoding.UTF8.GetByteCount(keys[i]) is > DataLimits.MaxKeyBytes and var bytes)
                return new Invalid(WorkErrorKind.Configuration, $"{step.Field}.loop.key gives a key of {bytes} bytes for index {i}; the longest that is allowed has {DataLimits.MaxKeyBytes} bytes.");
            if (!taken.TryAdd(keys[i], i))
                return new Invalid(WorkErrorKind.Configuration, $"{step.Field}.loop.key gives '{Shorten(keys[i])}' for the indices {taken[keys[i]]} and {i}; each iteration needs a key of its own.");
        }

        return null;
    }

    /// <summary>Sorts stably in place by the keys of <c>orderBy</c>. Null when it worked.</summary>
    private static Invalid? Sort(Draft draft, Scope scope, StepPlan step, List<Value> items)
    {
        var loop = step.Loop!;
        var width = loop.OrderBy.Length;
        if ((long)items.Count * width > Array.MaxLength) return TooManyToSort(step, Array.MaxLength / width);
        var keys = new Value[items.Count * width];
        for (var i = 0; i < keys.Length; i++)
        {
            if (i % LooksBetweenStops == 0) draft.Evaluation.Stop.ThrowIfCancellationRequested();
            var variables = new Variables(scope).Set(loop.Iterator, items[i / width]);
            if (!loop.OrderBy[i % width].By.TryEvaluate(variables, draft.Evaluation, out keys[i], out var error)) return Fail(step, "orderBy", error);
        }

        if (!SortKeys.TryOrder(keys, [.. loop.OrderBy.Select(key => key.Descending)], scope, draft.Evaluation, out var order, out var tooMuch))
            return Fail(step, "orderBy", tooMuch);
        var unsorted = items.ToArray();
        for (var i = 0; i < unsorted.Length; i++) items[i] = unsorted[order[i]];
        return null;
    }

    private static bool TryLimit(Draft draft, Scope scope, TemplateNode node, out long? limit, out string? problem)
    {
        limit = null;
        problem = null;
        if (!node.TryRender(scope, draft.Evaluation, out var value, out var error)) problem = error!.Message;
        else if (!value.TryGetInteger(out var number) || number < 0) problem = $"must be an integer of at least 0, not {Describe(value)}.";
        else limit = number;
        return problem is null;
    }

    private static Invalid TooManyToSort(StepPlan step, long most) => new("LimitExceeded", $"{step.Field}.loop has more than {most} elements to sort by orderBy.");

    private static Invalid? TooMany(StepPlan step, long count, long maxIterations) => count <= maxIterations
        ? null
        : new Invalid("LimitExceeded", $"{step.Field}.loop has {count} iterations, more than limits.maxIterations = {maxIterations}.");

    private static Value Pairs(Value map) => Value.List(
        [.. map.Members.Select(member => Value.Map([KeyValuePair.Create("key", Value.From(member.Key)), KeyValuePair.Create("value", member.Value)]))]);

    private static IEnumerable<TemplateReference> ReferencesOf(LoopPlan loop) =>
        loop.In.References.Concat(loop.Where?.References ?? []).Concat(loop.Limit?.References ?? []).Concat(loop.Key?.References ?? []).Concat(loop.OrderBy.SelectMany(key => key.By.References));

    private static Invalid Fail(StepPlan step, string key, TemplateError error) =>
        new(WorkErrorKind.Template, $"{step.Field}.loop.{key}: template, line {error.Line}, column {error.Column}: {error.Message}");

    private static string Describe(Value value) => value.Kind is ValueKind.Undefined or ValueKind.Null
        ? value.TypeName
        : $"the {value.TypeName} {Shorten(value.ToJson())}";

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
}
