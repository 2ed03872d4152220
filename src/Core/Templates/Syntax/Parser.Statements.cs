using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Texts and the tags in them.</summary>
internal sealed partial class Parser
{
    private static readonly string[] Tags =
    [
        "if", "unless", "for", "set", "assign", "capture", "case", "with", "filter", "raw", "comment", "break", "continue",
    ];

    private int _loops;

    /// <summary>The whole template.</summary>
    public List<Statement> WholeText()
    {
        var statements = Statements();
        if (Current.Kind != TokenKind.End)
        {
            throw UnexpectedTag();
        }

        foreach (var name in _names)
        {
            name.MayBeLocal = _bound.Contains(name.Name);
        }

        return statements;
    }

    // Ends at the first tag that does not start a statement; the caller knows whether it belongs there.
    private List<Statement> Statements()
    {
        Enter();
        var statements = new List<Statement>();
        while (true)
        {
            switch (Current.Kind)
            {
                case TokenKind.Text:
                    statements.Add(new TextStatement(Take().Text));
                    break;
                case TokenKind.OutputStart:
                    Take();
                    statements.Add(new OutputStatement(TupleOrExpression()));
                    Expect(TokenKind.OutputEnd, "'}}'");
                    break;
                case TokenKind.TagStart when Array.IndexOf(Tags, tokens[_place + 1].Text) >= 0:
                    Take();
                    statements.Add(Tag(Take()));
                    break;
                default:
                    Leave();
                    return statements;
            }
        }
    }

    private Statement Tag(Token tag) => tag.Text switch
    {
        "if" => If("endif", isNegated: false),
        "unless" => If("endunless", isNegated: true),
        "for" => For(),
        "set" => Set(),
        "assign" => Assign(),
        "capture" => Capture(),
        "case" => Case(),
        "with" => With(),
        "filter" => FilterBlock(),
        "break" => LoopControl(tag, Flow.Break),
        "continue" => LoopControl(tag, Flow.Continue),
        _ => throw new TemplateFault(TemplateErrorKind.Syntax, $"'{tag.Text}' is not closed properly", tag.Position),
    };

    private TemplateFault UnexpectedTag()
    {
        var tag = tokens[Math.Min(_place + 1, tokens.Count - 1)];
        return new TemplateFault(
            TemplateErrorKind.Syntax,
            tag.Text.StartsWith("end", StringComparison.Ordinal) || tag.Text is "else" or "elif" or "elsif" or "when"
                ? $"'{tag.Text}' has nothing to belong to"
                : $"there is no tag {tag.Description}{Phrase.DidYouMean(tag.Text, Tags)}",
            tag.Position);
    }

    private bool AtTag(string name) => Current.Kind == TokenKind.TagStart && tokens[_place + 1].IsName(name);

    private bool TryTakeTag(string name)
    {
        if (!AtTag(name))
        {
            return false;
        }

        _place += 2;
        return true;
    }

    private void EndTag() => Expect(TokenKind.TagEnd, "'%}'");

    private void CloseTag(string name)
    {
        if (TryTakeTag(name))
        {
            EndTag();
            return;
        }

        if (Current.Kind == TokenKind.End)
        {
            throw Unexpected($"'{{% {name} %}}'");
        }

        throw UnexpectedTag();
    }

    private Body BodyAfterTag()
    {
        EndTag();
        return new Body(Statements());
    }

    private IfStatement If(string end, bool isNegated)
    {
        var position = Current.Position;
        var first = TupleOrExpression();
        var branches = new List<Branch> { new(isNegated ? new NotExpression(position, first) : first, BodyAfterTag()) };
        while (TryTakeTag("elif") || TryTakeTag("elsif"))
        {
            var condition = TupleOrExpression();
            branches.Add(new Branch(condition, BodyAfterTag()));
        }

        var otherwise = TryTakeTag("else") ? BodyAfterTag() : null;
        CloseTag(end);
        return new IfStatement(branches, otherwise);
    }

    private ForStatement For()
    {
        var target = Targets();
        if (!TryTakeName("in"))
        {
            throw Unexpected("'in'");
        }

        var source = LoopSource();
        var filter = TryTakeName("if") ? Conditional() : null;
        var window = Window();
        _bound.Add("loop");
        _bound.Add("forloop");
        _loops++;
        var body = BodyAfterTag();
        _loops--;
        var otherwise = TryTakeTag("else") ? BodyAfterTag() : null;
        CloseTag("endfor");
        return new ForStatement(target, source, filter, window, body, otherwise);
    }

    // An 'if' after the source belongs to the loop, so the source stops short of it.
    private Expression LoopSource()
    {
        var position = Current.Position;
        var items = new List<Expression> { Or() };
        while (TryTake(","))
        {
            items.Add(Or());
        }

        return items.Count == 1 ? items[0] : new ListExpression(position, [.. items]);
    }

    private FlowStatement LoopControl(Token tag, Flow flow)
    {
        EndTag();
        return _loops > 0 ? new FlowStatement(flow)
            : throw new TemplateFault(TemplateErrorKind.Syntax, $"'{tag.Text}' outside of a loop", tag.Position);
    }

    private Target Targets()
    {
        var position = Current.Position;
        var parts = new List<Target> { OneTarget() };
        var isList = false;
        while (TryTake(","))
        {
            isList = true;
            if (Current.Kind == TokenKind.Name && !Current.IsName("in") || Current.Is("("))
            {
                parts.Add(OneTarget());
            }
        }

        return isList ? new Target(position, null, parts) : parts[0];
    }

    private Target OneTarget()
    {
        var position = Current.Position;
        if (TryTake("("))
        {
            Enter();
            var target = Targets();
            Leave();
            Expect(")");
            return target;
        }

        return new Target(position, BoundName(), []);
    }

    private string BoundName()
    {
        var token = Current;
        var name = ExpectName("a name to bind");
        if (name is "true" or "True" or "false" or "False" or "none" or "None" or "and" or "or" or "not" or "in" or "is" or "if" or "else")
        {
            throw new TemplateFault(TemplateErrorKind.Syntax, $"'{name}' cannot be bound", token.Position);
        }

        _bound.Add(name);
        return name;
    }

    private Statement Set()
    {
        var target = Targets();
        if (TryTake("="))
        {
            var value = TupleOrExpression();
            EndTag();
            return new SetStatement(target, value, isAssign: false);
        }

        if (target.Name is null)
        {
            throw Unexpected("'='");
        }

        var chain = TryTake("|") ? Chain() : null;
        var body = BodyAfterTag();
        CloseTag("endset");
        return new SetTextStatement(target.Name, body, chain, isCapture: false);
    }

    private WithStatement With()
    {
        var bindings = new List<KeyValuePair<string, Expression>>();
        while (Current.Kind != TokenKind.TagEnd)
        {
            if (bindings.Count > 0)
            {
                Expect(",");
            }

            var name = BoundName();
            Expect("=");
            bindings.Add(KeyValuePair.Create(name, Conditional()));
        }

        var body = BodyAfterTag();
        CloseTag("endwith");
        return new WithStatement(bindings, body);
    }
}
