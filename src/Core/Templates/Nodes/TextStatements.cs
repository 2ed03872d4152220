using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Literal text.</summary>
internal sealed class TextStatement(string text) : Statement
{
    public string Text => text;

    public override Flow Render(Frame frame, TextOutput output)
    {
        output.Write(text);
        return Flow.Next;
    }

    // Text that could be read as the start of a block, alone or with what follows, is printed as raw.
    public override void Print(Printer printer)
    {
        var isRisky = text.EndsWith('{') || text.Contains("{{", StringComparison.Ordinal)
            || text.Contains("{%", StringComparison.Ordinal) || text.Contains("{#", StringComparison.Ordinal);
        printer.Write(isRisky ? "{% raw %}" : string.Empty).Write(text).Write(isRisky ? "{% endraw %}" : string.Empty);
    }

    public override void Collect(ReferenceCollector collector)
    {
        // Nothing is read.
    }
}

/// <summary><c>{{ expression }}</c> inside a text.</summary>
internal sealed class OutputStatement(Expression expression) : Statement
{
    public Expression Expression => expression;

    public override int Weight => expression.Weight;

    public override Flow Render(Frame frame, TextOutput output)
    {
        var value = frame.Demand(expression);
        frame.Position = expression.Position;
        output.Write(frame.Text(value));
        return Flow.Next;
    }

    public override void Print(Printer printer) => printer.Write("{{ ").Operand(expression, Precedence.Conditional - 1).Write(" }}");

    public override void Collect(ReferenceCollector collector) => expression.Collect(collector);
}

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class FlowStatement(Flow flow) : Statement
{
    public override Flow Render(Frame frame, TextOutput output) => flow;

    public override void Print(Printer printer) => printer.Write(flow == Flow.Break ? "{% break %}" : "{% continue %}");

    public override void Collect(ReferenceCollector collector)
    {
        // Nothing is read.
    }
}
