using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Stands for the text of a filter block inside its chain of filters.</summary>
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

/// <summary><c>{% filter upper %}…{% endfilter %}</c>: the text of its body goes through filters.</summary>
internal sealed class FilterBlockStatement(CapturedExpression captured, Expression filtered, Body body) : Statement
{
    public override int Weight => filtered.Weight + body.Weight;

    public override Flow Render(Frame frame, TextOutput output)
    {
        var mark = frame.EnterScope();
        CapturedExpression.Bind(frame, body.Capture(frame));
        output.Write(frame.Text(frame.Demand(filtered)));
        frame.LeaveScope(mark);
        return Flow.Next;
    }

    // The chain prints with a leading bar where the text would stand.
    public override void Print(Printer printer)
    {
        printer.Write("{% filter ").Write(Printer.Print(filtered).TrimStart('|')).Write(" %}");
        body.Print(printer);
        printer.Write("{% endfilter %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        captured.Collect(collector);
        filtered.Collect(collector);
        collector.InScope(() => body.Collect(collector));
    }
}
