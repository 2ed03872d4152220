using System.Diagnostics.CodeAnalysis;

namespace PlaybookOperator.Core.Governing;

/// <summary>
/// Work of several flows, handed out so that flows with work get equal shares of what it costs, however much work each has: in rounds of one quantum each,
/// and within a round first come, first served. So what a flow has at hand is done in one go while the caches of the processor hold it, and a flow that
/// needs less than a quantum ends before those that came after it. A flow that had nothing to do for a while has no credit for it, and owes nothing.
/// Not thread-safe. O(log flows) an item.
/// </summary>
/// <remarks>Deficit round robin (Shreedhar and Varghese, SIGCOMM 1995), but for costs that are known only afterwards: see <see cref="FairFlow{T}.Charge"/>.</remarks>
/// <param name="quantum">What a flow may cost in a round, in the unit of the costs; over 0. The last item of its round may cost more, and counts for the next ones.</param>
public sealed class FairQueue<T>(long quantum)
{
    private readonly PriorityQueue<FairFlow<T>, (long Round, long Number)> _line = new();
    private long _round;
    private long _number;

    public void Enqueue(FairFlow<T> flow, T item)
    {
        // Who comes back begins where the others are now.
        if (!flow.IsInLine && flow.Cost < _round * quantum) (flow.Cost, flow.Number) = (_round * quantum, _number++);
        flow.Items.Enqueue(item);
        if (!flow.IsInLine) PutInLine(flow);
    }

    /// <param name="flow">The flow of <paramref name="item"/>, to be charged for it.</param>
    /// <param name="item">The next item.</param>
    /// <returns>False when there is none.</returns>
    public bool TryDequeue([NotNullWhen(true)] out FairFlow<T>? flow, [MaybeNullWhen(false)] out T item)
    {
        while (_line.TryPeek(out flow, out var place))
        {
            if (flow.Items.Count > 0 && RoundOf(flow) == place.Round)
            {
                _round = place.Round;
                item = flow.Items.Dequeue();
                return true;
            }

            // It has nothing to do, or has been charged since.
            _line.Dequeue();
            flow.IsInLine = false;
            if (flow.Items.Count > 0) PutInLine(flow);
        }

        item = default;
        return false;
    }

    private long RoundOf(FairFlow<T> flow) => flow.Cost / quantum;

    private void PutInLine(FairFlow<T> flow)
    {
        flow.IsInLine = true;
        _line.Enqueue(flow, (RoundOf(flow), flow.Number));
    }
}

/// <summary>One of those who share a <see cref="FairQueue{T}"/>; it belongs to that one.</summary>
public sealed class FairFlow<T>
{
    /// <summary>What is to be done, first come first.</summary>
    internal Queue<T> Items { get; } = new();

    /// <summary>What it has cost, counted on from where the others were when it came.</summary>
    internal long Cost { get; set; } = -1;

    /// <summary>Its place among those of a round.</summary>
    internal long Number { get; set; }

    internal bool IsInLine { get; set; }

    /// <summary>Tells what an item of it has cost; at least 0.</summary>
    public void Charge(long cost) => Cost += cost;
}
