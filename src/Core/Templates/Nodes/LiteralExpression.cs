using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

internal sealed class LiteralExpression(int position, Value value) : Expression(position)
{
    public Value Value { get; } = value;

    public override int Binding => Arithmetic.IsNumber(Value) && !Value.IsBoolean && ValueOrderSign < 0
        ? Precedence.Sign
        : Precedence.Primary;

    private int ValueOrderSign => Arithmetic.Compare(Value, Value.From(0)) ?? 0;

    public override Value Evaluate(Frame frame) => Value;

    public override void Print(Printer printer)
    {
        switch (Value.Kind)
        {
            case ValueKind.String:
                printer.Quoted(Value.AsString!);
                break;
            case ValueKind.Null:
                printer.Write("none");
                break;
            case ValueKind.Float when double.IsInfinity(Value.FloatBits) && Value.AsWritten is null:
                printer.Write(Value.FloatBits > 0 ? "1e999" : "-1e999");
                break;
            default:
                printer.Write(Value.ToText());
                break;
        }
    }
}
