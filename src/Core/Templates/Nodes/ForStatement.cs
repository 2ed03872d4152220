using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Liquid's parts of a loop's header.</summary>
internal sealed record LoopWindow(Expression? Limit, Expression? Offset, bool IsReversed);

/// <summary><c>{% for a in b if c %}…{% else %}…{% endfor %}</c>. A lazy list is read element by element, never built.</summary>
internal sealed class ForStatement(Target target, Expression source, Expression? filter, LoopWindow? window, Body body, Body? otherwise)
    : Statement
{
    public override int Weight => source.Weight + (otherwise?.Weight ?? 0);

    public override Flow Render(Frame frame, TextOutput output)
    {
        var value = frame.Demand(source);
        frame.Position = source.Position;
        var items = Windowed(Sequence.Of(value, frame), frame);
        var mark = frame.EnterScope();
        items = filter is null ? items : Filtered(items, frame);
        if (items.Count > 0)
        {
            Turns(items, frame, output);
        }

        frame.LeaveScope(mark);
        return items.Count > 0 || otherwise is null ? Flow.Next : Otherwise(otherwise, frame, output);
    }

    private static Flow Otherwise(Body body, Frame frame, TextOutput output)
    {
        var mark = frame.EnterScope();
        var flow = body.Render(frame, output);
        frame.LeaveScope(mark);
        return flow;
    }

    private void Turns(ListValue items, Frame frame, TextOutput output)
    {
        var loop = new LoopState(items, frame.TryGetLocal("loop", out var outer) ? outer.AsStorage as LoopState : null);
        var value = new Value(loop);
        for (var index = 0L; index < items.Count; index++)
        {
            frame.Charge(body.Weight);
            loop.Index = index;
            var mark = frame.EnterScope();
            frame.Bind("loop", value);
            frame.Bind("forloop", value);
            target.Bind(items.Get(index), frame);
            var flow = body.Render(frame, output);
            frame.LeaveScope(mark);
            if (flow == Flow.Break)
            {
                break;
            }
        }
    }

    private ArrayValue Filtered(ListValue items, Frame frame)
    {
        var chosen = new List<Value>();
        for (var index = 0L; index < items.Count; index++)
        {
            frame.Charge(1 + filter!.Weight);
            target.Bind(items.Get(index), frame);
            if (frame.Demand(filter!).IsTruthy)
            {
                chosen.Add(items.Get(index));
                frame.CheckCollectionSize(chosen.Count);
            }
        }

        return new ArrayValue([.. chosen]);
    }

    private ListValue Windowed(ListValue items, Frame frame)
    {
        if (window is null)
        {
            return items;
        }

        var offset = Math.Clamp(Bound(window.Offset, 0, frame), 0, items.Count);
        var count = Math.Clamp(Bound(window.Limit, long.MaxValue, frame), 0, items.Count - offset);
        return new ListWindow(items, offset, count, window.IsReversed);
    }

    private static long Bound(Expression? bound, long otherwise, Frame frame)
    {
        if (bound is null)
        {
            return otherwise;
        }

        var value = frame.Demand(bound);
        frame.Position = bound.Position;
        return value.TryGetInteger(out var number) ? number
            : throw new TemplateFault(TemplateErrorKind.Type, $"limit and offset are integers, found {Phrase.A(value)}");
    }

    public override void Print(Printer printer)
    {
        target.PrintParts(printer.Write("{% for "));
        printer.Write(" in ").Operand(source, Precedence.Or);
        if (filter is not null)
        {
            printer.Write(" if ").Expression(filter);
        }

        PrintWindow(printer);
        body.Print(printer.Write(" %}"));
        if (otherwise is not null)
        {
            otherwise.Print(printer.Write("{% else %}"));
        }

        printer.Write("{% endfor %}");
    }

    private void PrintWindow(Printer printer)
    {
        if (window?.Limit is { } limit)
        {
            printer.Write(" limit: ").Operand(limit, Precedence.Postfix);
        }

        if (window?.Offset is { } offset)
        {
            printer.Write(" offset: ").Operand(offset, Precedence.Postfix);
        }

        printer.Write(window?.IsReversed == true ? " reversed" : string.Empty);
    }

    public override void Collect(ReferenceCollector collector)
    {
        source.Collect(collector);
        window?.Limit?.Collect(collector);
        window?.Offset?.Collect(collector);
        collector.InScope(() =>
        {
            target.Collect(collector);
            filter?.Collect(collector);
            collector.Bind("loop");
            collector.Bind("forloop");
            body.Collect(collector);
        });
        if (otherwise is not null)
        {
            collector.InScope(() => otherwise.Collect(collector));
        }
    }
}
