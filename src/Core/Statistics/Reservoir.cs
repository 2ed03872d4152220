using System.Runtime.InteropServices;

namespace PlaybookOperator.Core.Statistics;

/// <summary>One iteration's number in a <see cref="Reservoir"/>.</summary>
/// <param name="Lot">What the iteration drew (<see cref="SampleHash"/>); it names the iteration.</param>
/// <param name="Number">Its number; finite.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Sample(ulong Lot, double Number);

/// <summary>
/// A uniform sample of at most <see cref="Capacity"/> numbers: those whose iterations drew the smallest lots. Which they are depends on the set of
/// iterations alone, so samples can be offered in any order, again after a crash, and merged from several workers, and the outcome is the same.
/// An iteration has one number: offered again with another, the first stays. Not thread-safe.
/// </summary>
/// <remarks>Also known as bottom-k sampling (Cohen and Kaplan, PODC 2007).</remarks>
public sealed class Reservoir
{
    /// <summary>At 10,000 samples a quantile's rank is off by less than 1 % of the count in 19 cases of 20.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly PriorityQueue<Sample, ulong> _largestFirst = new(Comparer<ulong>.Create((a, b) => b.CompareTo(a)));
    private readonly HashSet<ulong> _members = [];
    private double[]? _sorted;

    /// <param name="capacity">Members at most; at least 1.</param>
    public Reservoir(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    public int Capacity { get; }

    public int Count => _members.Count;

    /// <summary>The members in the order of their lots; a fresh list.</summary>
    public IReadOnlyList<Sample> Members => [.. _largestFirst.UnorderedItems.Select(item => item.Element).OrderBy(sample => sample.Lot)];

    /// <summary>Offers one iteration's number.</summary>
    /// <returns>Whether the sample became a member; the one with the largest lot made room, if need be.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public bool Offer(Sample sample)
    {
        if (!double.IsFinite(sample.Number)) throw new ArgumentOutOfRangeException(nameof(sample), sample.Number, "Only finite numbers can be sampled.");
        if (IsBeyond(sample.Lot) || !_members.Add(sample.Lot)) return false;
        _sorted = null;
        _largestFirst.Enqueue(sample, sample.Lot);
        if (_largestFirst.Count > Capacity) _members.Remove(_largestFirst.Dequeue().Lot);
        return true;
    }

    /// <summary>Offers every member of another reservoir.</summary>
    public void Merge(Reservoir other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (sample, _) in other._largestFirst.UnorderedItems) Offer(sample);
    }

    /// <summary>
    /// The number below which the given share of the samples lies, linearly interpolated between the two nearest: with n
    /// samples in order x[0] … x[n-1] and h = (n-1)·share, it is x[⌊h⌋] + (h-⌊h⌋)·(x[⌊h⌋+1] - x[⌊h⌋]). (Type 7 of
    /// Hyndman and Fan, The American Statistician 50, 1996.) Exact while the loop has no more iterations than the capacity.
    /// </summary>
    /// <param name="share">0 to 1: 0.5 is the median.</param>
    /// <returns>Null: there are no samples.</returns>
    public double? Quantile(double share)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Must be 0 to 1.");
        var sorted = _sorted ??= [.. _largestFirst.UnorderedItems.Select(item => item.Element.Number).Order()];
        if (sorted.Length == 0) return null;
        var rank = (sorted.Length - 1) * share;
        var below = (int)rank;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }

    private bool IsBeyond(ulong lot) =>
        _largestFirst.Count == Capacity && _largestFirst.TryPeek(out _, out var largest) && lot > largest;
}
