using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

internal sealed record Branch(Expression Condition, Body Body);

/// <summary><c>if</c>, <c>elif</c>, <c>else</c>; Liquid's <c>unless</c> is the same with its first condition negated.</summary>
internal sealed class IfStatement(IReadOnlyList<Branch> branches, Body? otherwise) : Statement
{
    public override int Weight { get; } =
        1 + branches.Sum(branch => branch.Condition.Weight + branch.Body.Weight) + (otherwise?.Weight ?? 0);

    public override Flow Render(Frame frame, TextOutput output)
    {
        foreach (var branch in branches)
        {
            if (frame.Demand(branch.Condition).IsTruthy)
            {
                return branch.Body.Render(frame, output);
            }
        }

        return otherwise?.Render(frame, output) ?? Flow.Next;
    }

    public override void Print(Printer printer)
    {
        var tag = "if";
        foreach (var branch in branches)
        {
            printer.Write("{% ").Write(tag).Write(" ").Expression(branch.Condition).Write(" %}");
            branch.Body.Print(printer);
            tag = "elif";
        }

        if (otherwise is not null)
        {
            printer.Write("{% else %}");
            otherwise.Print(printer);
        }

        printer.Write("{% endif %}");
    }

    // A name is bound afterwards only where every way through binds it.
    public override void Collect(ReferenceCollector collector)
    {
        HashSet<string>? bound = null;
        foreach (var branch in branches)
        {
            branch.Condition.Collect(collector);
            var names = collector.InScope(() => branch.Body.Collect(collector));
            bound = bound is null ? [.. names] : [.. bound.Intersect(names)];
        }

        if (otherwise is null)
        {
            return;
        }

        foreach (var name in bound!.Intersect(collector.InScope(() => otherwise.Collect(collector))))
        {
            collector.Bind(name);
        }
    }
}

/// <summary>Liquid's <c>case</c>: the first branch that lists an equal value.</summary>
internal sealed class CaseStatement(Expression subject, IReadOnlyList<CaseBranch> branches, Body? otherwise) : Statement
{
    public override int Weight { get; } = subject.Weight
        + branches.Sum(branch => branch.Body.Weight + branch.Values.Sum(value => value.Weight)) + (otherwise?.Weight ?? 0);

    public override Flow Render(Frame frame, TextOutput output)
    {
        var value = frame.Demand(subject);
        foreach (var branch in branches)
        {
            if (branch.Values.Any(candidate => Values.ValueEquality.AreEqual(value, frame.Demand(candidate), frame)))
            {
                return branch.Body.Render(frame, output);
            }
        }

        return otherwise?.Render(frame, output) ?? Flow.Next;
    }

    public override void Print(Printer printer)
    {
        printer.Write("{% case ").Expression(subject).Write(" %}");
        foreach (var branch in branches)
        {
            printer.Write("{% when ");
            for (var place = 0; place < branch.Values.Count; place++)
            {
                printer.Write(place > 0 ? ", " : string.Empty).Operand(branch.Values[place], Precedence.Comparison);
            }

            printer.Write(" %}");
            branch.Body.Print(printer);
        }

        if (otherwise is not null)
        {
            printer.Write("{% else %}");
            otherwise.Print(printer);
        }

        printer.Write("{% endcase %}");
    }

    public override void Collect(ReferenceCollector collector)
    {
        subject.Collect(collector);
        foreach (var branch in branches)
        {
            foreach (var value in branch.Values)
            {
                value.Collect(collector);
            }

            collector.InScope(() => branch.Body.Collect(collector));
        }

        if (otherwise is not null)
        {
            collector.InScope(() => otherwise.Collect(collector));
        }
    }
}

internal sealed record CaseBranch(IReadOnlyList<Expression> Values, Body Body);
