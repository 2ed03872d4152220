namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>The static path of a chain of members: as far as the names are written in the template.</summary>
internal static class ReferencePath
{
    public static void Collect(Expression expression, ReferenceCollector collector)
    {
        var names = new List<string>();
        var at = expression;
        while (Step(at) is var (target, name) && target is not null)
        {
            if (name is null)
            {
                names.Clear();
            }
            else
            {
                names.Add(name);
            }

            // An index that is itself computed reads names of its own.
            if (at is IndexExpression { Index: not LiteralExpression } index)
            {
                index.Index.Collect(collector);
            }

            at = target;
        }

        if (at is not NameExpression root)
        {
            at.Collect(collector);
            return;
        }

        names.Reverse();
        collector.Read(root.Name, names);
    }

    /// <summary>The path that an expression is, as a whole and by names alone; null when it is anything else.</summary>
    public static TemplateReference? Of(Expression? expression)
    {
        var names = new List<string>();
        var at = expression;
        while (at is not null && Step(at) is ({ } target, { } name))
        {
            names.Add(name);
            at = target;
        }

        names.Reverse();
        return at is NameExpression root ? new TemplateReference(root.Name, names) : null;
    }

    private static (Expression? Target, string? Name) Step(Expression expression) => expression switch
    {
        MemberExpression member => (member.Target, member.Name),
        IndexExpression { Index: LiteralExpression { Value.AsString: { } key } } index => (index.Target, key),
        IndexExpression index => (index.Target, null),
        _ => (null, null),
    };
}
