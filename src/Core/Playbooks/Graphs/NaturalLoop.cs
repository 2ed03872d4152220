using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>
/// A circle of steps that is entered through one of them, its head: the head, and every step that reaches one of the <see cref="Sources"/> without
/// passing it. All back-edges to the same head belong to one loop.
/// </summary>
/// <remarks>Each entry of the head starts a new epoch, in which every member runs, or is skipped, at least once.</remarks>
public sealed record NaturalLoop
{
    public required string Head { get; init; }

    /// <summary>The steps with an edge back to the head, in the order of the document.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>Head included.</summary>
    public required FrozenSet<string> Members { get; init; }

    /// <summary>The edges inside the loop that do not lead back.</summary>
    public required ImmutableArray<(string From, string To)> Edges { get; init; }

    /// <summary>Loops that lie inside this one as a whole.</summary>
    public ImmutableArray<NaturalLoop> Inner { get; init; } = [];
}
