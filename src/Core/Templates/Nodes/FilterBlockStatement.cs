using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Stands for the text of a block inside its chain of filters.</summary>
internal sealed class CapturedExpression(int position) : Expression(position)
{
    private const string Slot = " captured";

    public override Value Evaluate(Frame frame) => frame.TryGetLocal(Slot, out var text) ? text : Value.Undefined;

    public static void Bind(Frame frame, string text) => frame.Bind(Slot, Value.From(text));

    public override void Print(Printer printer)
    {
        // Has no source form of its own.
    }
}

/// <summary>Filters over the text of a block.</summary>
internal sealed class FilterChain(Expression filtered)
{
    public int Weight => filtered.Weight;

    public string Apply(string text, Frame frame)
    {
        var mark = frame.EnterScope();
        CapturedExpression.Bind(frame, text);
        var result = frame.Text(frame.Demand(filtered));
        frame.LeaveScope(mark);
        return result;
    }

    // The chain prints with a leading bar where the text would stand.
    public void Print(Printer printer) => printer.Write(Printer.Print(filtered)[1..]);

    public void Collect(ReferenceCollector collector) => filtered.Collect(collector);
}

/// <summary><c>{% filter upper %}…{% endfilter %}</c>: the text of its body goes through filters.</summary>
internal sealed class FilterBlockStatement(FilterChain chain, Body body) : Statement
{
    public override int Weight => chain.Weight + body.Weight;

    public override Flow Render(Frame frame, TextOutput output)
    {
        var mark = frame.EnterScope();
        output.Write(chain.Apply(body.Capture(frame), frame));
        frame.LeaveScope(mark);
        return Flow.Next;
    }

    public override void Print(Printer printer)
    {
        chain.Print(printer.Write("{% filter "));
        printer.Write(" %}");
        body.Print(printer);
        printer.Write("{% endfilter %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        chain.Collect(collector);
        collector.InScope(() => body.Collect(collector));
    }
}
