using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>{% set a = b %}</c>, in the innermost scope; Liquid's <c>assign</c> binds for the rest of the template.</summary>
internal sealed class SetStatement(Target target, Expression value, bool isAssign) : Statement
{
    public override int Weight => value.Weight;

    public override Flow Render(Frame frame, TextOutput output)
    {
        var bound = frame.Demand(value);
        if (isAssign)
        {
            frame.BindOutermost(target.Name!, bound);
        }
        else
        {
            target.Bind(bound, frame);
        }

        return Flow.Next;
    }

    public override void Print(Printer printer)
    {
        printer.Write(isAssign ? "{% assign " : "{% set ");
        target.PrintParts(printer);
        printer.Write(" = ").Operand(value, Precedence.Conditional - 1).Write(" %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        value.Collect(collector);
        target.Collect(collector);
    }
}

/// <summary><c>{% set a %}text{% endset %}</c>; Liquid's <c>capture</c> binds for the rest of the template.</summary>
internal sealed class SetTextStatement(string name, Body body, FilterChain? chain, bool isCapture) : Statement
{
    public override int Weight => body.Weight;

    public override Flow Render(Frame frame, TextOutput output)
    {
        var mark = frame.EnterScope();
        var captured = body.Capture(frame);
        frame.LeaveScope(mark);
        var text = Value.From(chain?.Apply(captured, frame) ?? captured);
        if (isCapture)
        {
            frame.BindOutermost(name, text);
        }
        else
        {
            frame.Bind(name, text);
        }

        return Flow.Next;
    }

    public override void Print(Printer printer)
    {
        printer.Write(isCapture ? "{% capture " : "{% set ").Write(name);
        chain?.Print(printer.Write(" | "));
        printer.Write(" %}");
        body.Print(printer);
        printer.Write(isCapture ? "{% endcapture %}" : "{% endset %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        collector.InScope(() => body.Collect(collector));
        chain?.Collect(collector);
        collector.Bind(name);
    }
}

/// <summary><c>{% with a = b %}…{% endwith %}</c>: names for a part of the text.</summary>
internal sealed class WithStatement(IReadOnlyList<KeyValuePair<string, Expression>> bindings, Body body) : Statement
{
    public override int Weight { get; } = body.Weight + bindings.Sum(binding => binding.Value.Weight);

    // The values are those outside: one binding does not see another.
    public override Flow Render(Frame frame, TextOutput output)
    {
        var values = bindings.Select(binding => frame.Demand(binding.Value)).ToArray();
        var mark = frame.EnterScope();
        for (var place = 0; place < values.Length; place++)
        {
            frame.Bind(bindings[place].Key, values[place]);
        }

        var flow = body.Render(frame, output);
        frame.LeaveScope(mark);
        return flow;
    }

    public override void Print(Printer printer)
    {
        printer.Write("{% with");
        for (var place = 0; place < bindings.Count; place++)
        {
            printer.Write(place > 0 ? ", " : " ").Write(bindings[place].Key).Write(" = ").Expression(bindings[place].Value);
        }

        printer.Write(" %}");
        body.Print(printer);
        printer.Write("{% endwith %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        foreach (var binding in bindings)
        {
            binding.Value.Collect(collector);
        }

        collector.InScope(() =>
        {
            foreach (var binding in bindings)
            {
                collector.Bind(binding.Key);
            }

            body.Collect(collector);
        });
    }
}
