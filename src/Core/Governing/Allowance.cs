namespace PlaybookOperator.Core.Governing;

/// <summary>What the operator leaves an execution, within the execution's own limits.</summary>
/// <param name="MaxParallel">Iterations and calls executing at once.</param>
/// <param name="Halvings">How often the width of each loop is halved because memory is short; no loop gets below one.</param>
public readonly record struct Allowance(int MaxParallel, int Halvings = 0)
{
    public static Allowance Unlimited { get; } = new(int.MaxValue);

    /// <summary>What is left of the elements of a chunk: never below 100, unless they were.</summary>
    public int NarrowChunk(int chunk) => new MemoryPressure(Halvings).NarrowBatch(chunk);

    /// <summary>What is left of a width.</summary>
    public int Narrow(int width) => new MemoryPressure(Halvings).NarrowWidth(width);
}
