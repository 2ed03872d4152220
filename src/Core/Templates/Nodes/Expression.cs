using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>
/// A node of an expression. Immutable once parsed. <see cref="Evaluate"/> returns <see cref="Value.Failed"/> when an operation met
/// something undefined (conditions do so all the time, and an exception would cost microseconds); every node passes it on.
/// </summary>
internal abstract class Expression
{
    /// <summary>Longest chain of nodes: bounds the stack that evaluation needs.</summary>
    private const int MaxChain = 1000;

    private readonly Expression[] _children;

    protected Expression(int position, params Expression[] children)
    {
        Position = position;
        _children = children;
        foreach (var child in children)
        {
            Depth = Math.Max(Depth, child.Depth + 1);
            Weight += child.Weight;
        }

        if (Depth > MaxChain)
        {
            throw new TemplateFault(TemplateErrorKind.TooDeep, $"more than {MaxChain} operations in a chain", position);
        }
    }

    /// <summary>Offset in the source where errors of this node point.</summary>
    public int Position { get; }

    public int Depth { get; }

    /// <summary>Nodes in this tree: the work of evaluating it once.</summary>
    public int Weight { get; } = 1;

    /// <summary>How tightly the printed form binds, see <see cref="Precedence"/>.</summary>
    public virtual int Binding => Precedence.Primary;

    public abstract Value Evaluate(Frame frame);

    public abstract void Print(Printer printer);

    /// <summary>Reports the outside names that this tree reads.</summary>
    public virtual void Collect(ReferenceCollector collector)
    {
        foreach (var child in _children)
        {
            child.Collect(collector);
        }
    }
}
