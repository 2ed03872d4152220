using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>How results of earlier steps reach a worker.</summary>
public enum LoadingStrategy
{
    /// <summary>With the assignment, those that the step's templates name.</summary>
    Selective,

    /// <summary>With the assignment, those and the results of the steps that lead to the step.</summary>
    Eager,

    /// <summary>As references: the worker asks for a result when a template that names it is about to be rendered.</summary>
    Lazy,
}

/// <summary><c>spec.loading</c>.</summary>
public sealed record LoadingPlan
{
    /// <summary>Levels that <see cref="MaxDepth"/> may ask for: playbooks are nested no deeper.</summary>
    public const int DeepestDepth = 10;

    public static LoadingPlan Default { get; } = new();

    public LoadingStrategy Strategy { get; init; } = LoadingStrategy.Selective;

    /// <summary>
    /// Levels that are followed, 1 to <see cref="DeepestDepth"/>: steps back along the workflow for <see cref="LoadingStrategy.Eager"/>, child executions
    /// below one another in the API.
    /// </summary>
    public int MaxDepth { get; init; } = 3;

    /// <summary>Steps whose result must be there before a step that they lead to starts.</summary>
    public ImmutableArray<string> Required { get; init; } = [];

    /// <summary>Steps whose result comes with every assignment, as soon as there is one.</summary>
    public ImmutableArray<string> Optional { get; init; } = [];
}
