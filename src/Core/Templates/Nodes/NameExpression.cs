using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>A variable.</summary>
internal sealed class NameExpression : Expression
{
    private readonly Value _missing;

    public NameExpression(int position, string name)
        : base(position)
    {
        Name = name;

        // JSON's null and Liquid's nil are names like any other to Jinja2, so they are null only where nobody defined them.
        _missing = name is "null" or "nil" ? Value.Null : new Value(new Missing(this));
    }

    public string Name { get; }

    /// <summary>Set by the parser when the template binds this name somewhere.</summary>
    public bool MayBeLocal { get; set; }

    public override Value Evaluate(Frame frame)
    {
        if (MayBeLocal && frame.TryGetLocal(Name, out var local))
        {
            return local;
        }

        return frame.Variables.TryGet(Name, out var value) ? value : _missing;
    }

    public override void Print(Printer printer) => printer.Write(Name);

    public override void Collect(ReferenceCollector collector)
    {
        if (Name is not ("null" or "nil"))
        {
            collector.Read(Name, []);
        }
    }
}
