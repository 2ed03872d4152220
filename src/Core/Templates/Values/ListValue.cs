namespace PlaybookOperator.Core.Templates.Values;

internal abstract class ListValue() : Storage(ValueKind.List)
{
    public abstract long Count { get; }

    /// <summary>The element at an index that is in range.</summary>
    public abstract Value Get(long index);

    /// <summary>True when a template built this list: its elements then count towards the size of a result.</summary>
    public virtual bool IsBuilt => false;

    /// <summary>True when elements are made as they are read: the list is small in memory however long it is.</summary>
    public virtual bool IsLazy => false;
}

/// <summary>A list that a template or a caller built.</summary>
internal class ArrayValue : ListValue
{
    private readonly Value[] _items;
    private readonly int _depth;

    public ArrayValue(Value[] items)
    {
        _items = items;
        var depth = 0;
        foreach (var item in items)
        {
            depth = Math.Max(depth, item.AsStorage?.Depth ?? 0);
        }

        _depth = depth + 1;
    }

    public override long Count => _items.Length;

    public override int Depth => _depth;

    public override bool IsBuilt => true;

    public override Value Get(long index) => _items[index];
}

/// <summary>One group of <c>groupby</c>: a pair that also answers to <c>grouper</c> and <c>list</c>.</summary>
internal sealed class GroupValue(Value grouper, Value list) : ArrayValue([grouper, list]);

internal sealed class ReadOnlyListValue(IReadOnlyList<Value> items) : ListValue
{
    public override long Count => items.Count;

    public override bool IsBuilt => true;

    public override Value Get(long index) => items[(int)index];
}

internal sealed class LazyListValue(IValueList items) : ListValue
{
    public override long Count => items.Count;

    public override bool IsLazy => true;

    public override Value Get(long index) => items.Get(index);
}

/// <summary>Arithmetic progression; the count is computed once, in 128 bits, so that no bounds overflow.</summary>
internal sealed class RangeValue(long start, long stop, long step) : ListValue
{
    public long Start { get; } = start;

    public long Stop { get; } = stop;

    public long Step { get; } = step;

    public override long Count { get; } = (long)Int128.Min(long.MaxValue, CountOf(start, stop, step));

    public override bool IsLazy => true;

    public override Value Get(long index) => Value.From(Start + (index * Step));

    /// <summary>The exact count, which may be beyond 64 bits.</summary>
    public static Int128 CountOf(Int128 start, Int128 stop, Int128 step)
    {
        var distance = step > 0 ? stop - start : start - stop;
        var stride = Int128.Abs(step);
        return distance <= 0 ? 0 : ((distance - 1) / stride) + 1;
    }
}
