namespace PlaybookOperator.Core.Templates;

/// <summary>The bounds of parsing and evaluation. Each has its own <see cref="TemplateErrorKind"/>.</summary>
public sealed record TemplateOptions
{
    /// <summary>Longest source accepted, in UTF-16 units. Default 262,144.</summary>
    public int MaxSourceLength { get; init; } = 262_144;

    /// <summary>
    /// Deepest nesting of brackets, blocks and built values. Default 100, at most 200; a chain of binary operators may be ten times as long.
    /// </summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Units of work in one evaluation: one a loop turn and node in its body, one an element a filter visits. Default 5,000,000.</summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>Longest text that an evaluation may build, in UTF-16 units. Default 8,388,608.</summary>
    public int MaxOutputLength { get; init; } = 8_388_608;

    /// <summary>Most elements of a list or map that an evaluation may build (lazy ranges are not built). Default 1,000,000.</summary>
    public int MaxCollectionSize { get; init; } = 1_000_000;

    /// <summary>
    /// Longest evaluation, measured by <see cref="EvaluationContext.Elapsed"/> every few thousand steps; null, the default, measures nothing.
    /// </summary>
    public TimeSpan? MaxDuration { get; init; }

    public static TemplateOptions Default { get; } = new();
}
