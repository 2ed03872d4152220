using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Finds which iterations of a starting loop a former execution has done: those of the same name (<c>key</c>, else the index) that succeeded there.
/// A chunk is carried whole, when all its elements are there; what is between two chunks that are carried makes smaller ones.
/// </summary>
internal static class LoopCarry
{
    /// <summary>False: the former execution's outcomes must be read first.</summary>
    public static bool TryFind(Draft draft, StepRun run, LoopPlan loop, LoopSource.Elements elements, out IReadOnlyList<CarriedIteration> carried)
    {
        carried = [];
        if (draft.Facts.RetryOf is null) return true;
        var name = NameOf(run);
        if (!draft.Observed.Former.TryGetValue(name, out var former))
        {
            draft.NeedFormer(name);
            return false;
        }

        carried = elements.Keys is { } keys ? ByKey(former, keys) : ByIndex(former, loop, elements.Count);
        return true;
    }

    /// <summary>
    /// Whether everything is carried that succeeded there: only then are the former loop's numbers those of the carried iterations. Which number was whose
    /// is not kept.
    /// </summary>
    public static bool IsWhole(Draft draft, StepRun run, IReadOnlyList<CarriedIteration> carried) =>
        carried.Count > 0 && CountOf(draft, run) == carried.Sum(iteration => iteration.Count);

    public static FormerLoop FormerOf(Draft draft, StepRun run) => new(draft.Facts.RetryOf!.Value, NameOf(run), CountOf(draft, run));

    private static long CountOf(Draft draft, StepRun run) => draft.Observed.Former[NameOf(run)].Sum(iteration => iteration.Count);

    private static LoopName NameOf(StepRun run) => new(run.Step, run.Epoch);

    private static List<CarriedIteration> ByIndex(IReadOnlyList<FormerIteration> former, LoopPlan loop, long count) =>
    [
        .. from iteration in former
           where (loop.Chunk is null) == (iteration.Size is null) && iteration.Index + (iteration.Size ?? 1) <= count
           select new CarriedIteration(iteration.Index, iteration.Size, iteration.Origin, Math.Min(iteration.Count, count - iteration.Index)),
    ];

    private static List<CarriedIteration> ByKey(IReadOnlyList<FormerIteration> former, IReadOnlyList<string> keys)
    {
        var places = new Dictionary<string, int>(keys.Count, StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++) places[keys[i]] = i;
        var carried = new List<CarriedIteration>();
        foreach (var iteration in former)
        {
            if (iteration.Key is { } key && places.TryGetValue(key, out var place)) carried.Add(new CarriedIteration(place, Size: null, iteration.Origin));
        }

        carried.Sort((left, right) => left.Index.CompareTo(right.Index));
        return carried;
    }
}
