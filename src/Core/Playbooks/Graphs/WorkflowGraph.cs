using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>
/// The workflow as a graph, as far as its start reaches: which step waits for which, and the circles. An edge to a step that dominates its source
/// (every way from the start to the source passes it) is a back-edge; without the back-edges of a good playbook no circle is left.
/// </summary>
public sealed record WorkflowGraph
{
    /// <summary>Names of the steps that the start reaches, in the order of the document.</summary>
    public required ImmutableArray<string> Steps { get; init; }

    /// <summary>For each step that the start reaches: the steps with an edge to it that is no back-edge, in the order of the document.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Predecessors { get; init; }

    /// <summary>For each step that the start reaches: the steps it has an edge to, back-edges included.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Successors { get; init; }

    /// <summary>Inner ones before those around them.</summary>
    public required ImmutableArray<NaturalLoop> Loops { get; init; }

    /// <summary>The loops that a step belongs to, inner ones first.</summary>
    public required FrozenDictionary<string, ImmutableArray<NaturalLoop>> LoopsOf { get; init; }

    /// <summary>The loop that a step is the head of.</summary>
    public required FrozenDictionary<string, NaturalLoop> LoopsByHead { get; init; }

    /// <summary>
    /// For each step those that may become ready when it is entered or over, by their places in <see cref="Steps"/>: itself, its successors, the heads of
    /// its loops, and the steps that these lead out to.
    /// </summary>
    public required FrozenDictionary<string, ImmutableArray<int>> Affects { get; init; }

    /// <summary>The steps that may be entered more than once: those of loops, and all that these lead to.</summary>
    public required FrozenSet<string> Repeats { get; init; }

    public IReadOnlyList<NaturalLoop> LoopsWith(string step) => LoopsOf.TryGetValue(step, out var loops) ? loops : [];

    /// <summary>Of an edge between two steps, whether it leads back. Each member of a loop with an edge to the head is one of its sources.</summary>
    public bool IsBackEdge(string from, string to) => LoopsByHead.TryGetValue(to, out var loop) && loop.Members.Contains(from);

    /// <param name="start">Name of the step that runs first.</param>
    /// <param name="steps">In the order of the document, names unique.</param>
    public static WorkflowGraph Of(string start, IReadOnlyCollection<StepPlan> steps) => new GraphBuilder(start, steps).Build();
}
