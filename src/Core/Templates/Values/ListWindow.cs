namespace PlaybookOperator.Core.Templates.Values;

/// <summary>A part of a list, forwards or backwards, without copying it.</summary>
internal sealed class ListWindow(ListValue items, long offset, long count, bool isReversed) : ListValue
{
    public override long Count => count;

    public override int Depth => items.Depth;

    public override bool IsBuilt => items.IsBuilt;

    public override bool IsLazy => items.IsLazy;

    public override Value Get(long index) => items.Get(offset + (isReversed ? count - 1 - index : index));
}
