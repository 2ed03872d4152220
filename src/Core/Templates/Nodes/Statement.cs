using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>What a loop does after a statement.</summary>
internal enum Flow
{
    Next,
    Continue,
    Break,
}

/// <summary>A part of a text: literal text, an output block or a tag. Immutable once parsed.</summary>
internal abstract class Statement
{
    /// <summary>Work of running it once, without the turns of loops in it.</summary>
    public virtual int Weight => 1;

    public abstract Flow Render(Frame frame, TextOutput output);

    public abstract void Print(Printer printer);

    public abstract void Collect(ReferenceCollector collector);
}

/// <summary>Statements one after the other.</summary>
internal sealed class Body(IReadOnlyList<Statement> statements)
{
    public static readonly Body Empty = new([]);

    public int Weight { get; } = 1 + statements.Sum(statement => statement.Weight);

    public Flow Render(Frame frame, TextOutput output)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Render(frame, output);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>The text of this part alone.</summary>
    public string Capture(Frame frame)
    {
        var output = new TextOutput(frame);
        Render(frame, output);
        return output.ToString();
    }

    public void Print(Printer printer)
    {
        foreach (var statement in statements)
        {
            statement.Print(printer);
        }
    }

    public void Collect(ReferenceCollector collector)
    {
        foreach (var statement in statements)
        {
            statement.Collect(collector);
        }
    }
}
