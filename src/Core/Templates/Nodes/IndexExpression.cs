using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target[index]</c>.</summary>
internal sealed class IndexExpression : Expression
{
    private readonly Value _missing;

    public IndexExpression(int position, Expression target, Expression index)
        : base(position, target, index)
    {
        Target = target;
        Index = index;
        _missing = new Value(new Missing(this));
    }

    public Expression Target { get; }

    public Expression Index { get; }

    public override int Binding => Precedence.Postfix;

    public override Value Evaluate(Frame frame)
    {
        var target = Target.Evaluate(frame);
        if (target.Kind == ValueKind.Undefined)
        {
            return target.IsFailed ? target : frame.FailUndefined(Target, Position);
        }

        var index = Index.Evaluate(frame);
        if (index.IsFailed)
        {
            return index;
        }

        var found = Members.At(target, index, frame);
        return found.IsMissing ? _missing : found;
    }

    public override void Print(Printer printer) =>
        printer.Operand(Target, Precedence.Postfix).Write("[").Expression(Index).Write("]");

    public override void Collect(ReferenceCollector collector) => ReferencePath.Collect(this, collector);
}
