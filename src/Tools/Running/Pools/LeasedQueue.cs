using System.Text.Json;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>One iteration to run.</summary>
/// <param name="Index">Of the first element.</param>
/// <param name="Lease">The fence of its report.</param>
/// <param name="Element">Its element, or the list of its chunk's elements.</param>
internal readonly record struct LeasedIteration(long Index, int Lease, int AttemptsUsed, int Elements, Value Element);

/// <summary>The iterations that a worker has leased and not started, in the order in which they came. Not thread-safe.</summary>
internal sealed class LeasedQueue(PoolWork pool)
{
    private readonly LinkedList<Part> _parts = new();
    private readonly int _unit = pool.Chunk ?? 1;

    /// <summary>Iterations.</summary>
    public int Count { get; private set; }

    public void Add(LeasedRange range)
    {
        Value[] elements = range.Elements is { ValueKind: JsonValueKind.Array } list ? [.. Value.FromJson(list).Items] : [];
        var part = new Part(range, elements) { Next = range.Lo };
        _parts.AddLast(part);
        Count += Iterations(part);
    }

    public bool TryTake(out LeasedIteration iteration)
    {
        iteration = default;
        if (_parts.First is not { Value: var part } node) return false;
        var size = (int)Math.Min(_unit, part.Range.Hi - part.Next);
        iteration = new LeasedIteration(part.Next, part.Range.Lease, part.Range.AttemptsUsed, size, ElementOf(part, size));
        part.Next += size;
        Count--;
        if (part.Next >= part.Range.Hi) _parts.Remove(node);
        return true;
    }

    /// <summary>Gives everything up.</summary>
    public List<ReturnedRange> Clear()
    {
        List<ReturnedRange> returned = [.. _parts.Select(part => new ReturnedRange(part.Range.Lease, part.Next, part.Range.Hi))];
        _parts.Clear();
        Count = 0;
        return returned;
    }

    private int Iterations(Part part) => (int)((part.Range.Hi - part.Next + _unit - 1) / _unit);

    private Value ElementOf(Part part, int size)
    {
        if (pool.Chunk is null) return At(part, part.Next);
        var elements = new Value[size];
        for (var i = 0; i < size; i++) elements[i] = At(part, part.Next + i);
        return Value.List(elements);
    }

    private Value At(Part part, long index) => pool.RangeStart is { } start
        ? Value.From(checked(start + (index * (pool.RangeStep ?? 1))))
        : part.Elements.ElementAtOrDefault((int)(index - part.Range.Lo));

    private sealed record Part(LeasedRange Range, Value[] Elements)
    {
        public long Next { get; set; }
    }
}
