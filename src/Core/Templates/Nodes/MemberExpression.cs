using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target.name</c>.</summary>
internal sealed class MemberExpression : Expression
{
    private readonly Value _missing;

    public MemberExpression(int position, Expression target, string name)
        : base(position, target)
    {
        Target = target;
        Name = name;
        _missing = new Value(new Missing(this));
    }

    public Expression Target { get; }

    public string Name { get; }

    public override int Binding => Precedence.Postfix;

    public override Value Evaluate(Frame frame)
    {
        var target = Target.Evaluate(frame);
        if (target.AsMap is { } map)
        {
            return map.TryGet(Name, out var value) ? value : _missing;
        }

        if (target.Kind == ValueKind.Undefined)
        {
            return target.IsFailed ? target : frame.FailUndefined(Target, Position);
        }

        var found = Members.Of(target, Name, frame);
        return found.IsMissing ? _missing : found;
    }

    public override void Print(Printer printer) => printer.Operand(Target, Precedence.Postfix).Write(".").Write(Name);

    public override void Collect(ReferenceCollector collector) => ReferencePath.Collect(this, collector);
}
