using PlaybookOperator.Core.Templates.Nodes;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Liquid's own tags, read into the same nodes.</summary>
internal sealed partial class Parser
{
    private LoopWindow? Window()
    {
        Expression? limit = null, offset = null;
        var isReversed = false;
        var start = _place;
        while (Current.Kind == TokenKind.Name)
        {
            if (TryTakeName("reversed"))
            {
                isReversed = true;
            }
            else if (TryTakeName("limit"))
            {
                Expect(":");
                limit = Unary(withFilters: false);
            }
            else if (TryTakeName("offset"))
            {
                Expect(":");
                offset = Unary(withFilters: false);
            }
            else
            {
                break;
            }

            TryTake(",");
        }

        return _place == start ? null : new LoopWindow(limit, offset, isReversed);
    }

    private SetStatement Assign()
    {
        var position = Current.Position;
        var target = new Target(position, BoundName(), []);
        Expect("=");
        var value = TupleOrExpression();
        EndTag();
        return new SetStatement(target, value, isAssign: true);
    }

    private SetTextStatement Capture()
    {
        string name;
        if (Current.Kind == TokenKind.String)
        {
            name = Take().Text;
            _bound.Add(name);
        }
        else
        {
            name = BoundName();
        }

        var body = BodyAfterTag();
        CloseTag("endcapture");
        return new SetTextStatement(name, body, chain: null, isCapture: true);
    }

    private CaseStatement Case()
    {
        var subject = TupleOrExpression();
        BodyAfterTag();
        var branches = new List<CaseBranch>();
        while (TryTakeTag("when"))
        {
            var values = new List<Expression> { Compared() };
            while (TryTake(",") || TryTakeName("or"))
            {
                values.Add(Compared());
            }

            branches.Add(new CaseBranch(values, BodyAfterTag()));
        }

        var otherwise = TryTakeTag("else") ? BodyAfterTag() : null;
        CloseTag("endcase");
        return new CaseStatement(subject, branches, otherwise);
    }

    /// <summary><c>{% filter name(arguments) %}text{% endfilter %}</c> of Jinja2.</summary>
    private FilterBlockStatement FilterBlock()
    {
        var chain = Chain();
        var body = BodyAfterTag();
        CloseTag("endfilter");
        return new FilterBlockStatement(chain, body);
    }

    private FilterChain Chain()
    {
        _colonFilters = false;
        var captured = new CapturedExpression(Current.Position);
        var chain = new FilterChain(Filters(Filter(captured)));
        _colonFilters = true;
        return chain;
    }
}
