namespace PlaybookOperator.Core.Governing;

/// <summary>
/// Whether memory is short, by looks a second apart. Above <see cref="High"/> of the limit everything is halved once more with each look; after
/// <see cref="CalmLooks"/> looks in a row below <see cref="Low"/> all is as before. In between nothing changes, so that it does not swing.
/// </summary>
/// <param name="Halvings">How often widths and batches are halved; 0: memory is not short.</param>
/// <param name="Calm">Looks in a row below <see cref="Low"/>.</param>
public readonly record struct MemoryPressure(int Halvings, int Calm = 0)
{
    /// <summary>Shares of the limit.</summary>
    public const double High = 0.80;

    public const double Low = 0.65;
    public const int CalmLooks = 10;

    /// <summary>A width of 100,000 is then down to 1.</summary>
    private const int MostHalvings = 17;

    public static MemoryPressure None { get; } = new(0);

    /// <param name="share">Memory in use, as a share of the limit.</param>
    public MemoryPressure Next(double share)
    {
        if (share > High) return new(Math.Min(MostHalvings, Halvings + 1));
        if (Halvings == 0) return None;
        if (share >= Low) return this with { Calm = 0 };
        return Calm + 1 >= CalmLooks ? None : this with { Calm = Calm + 1 };
    }

    /// <summary>What is left of a width: never below 1.</summary>
    public int NarrowWidth(int width) => Math.Max(1, width >> Math.Min(Halvings, 31));

    /// <summary>What is left of a number of elements to have in hand: never below 100, unless it was.</summary>
    public int NarrowBatch(int batch) => Math.Max(Math.Min(batch, 100), batch >> Math.Min(Halvings, 31));
}
