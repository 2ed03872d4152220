using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target is name(arguments)</c> and <c>target is not …</c>.</summary>
internal sealed class TestExpression(int position, Expression target, Operation test, ArgumentList arguments, bool isNegated)
    : Expression(position, [target, .. arguments.All])
{
    private readonly PreparedArguments _arguments = new(test, arguments, position);

    public override int Binding => Precedence.Filter;

    public override Value Evaluate(Frame frame)
    {
        var input = target.Evaluate(frame);
        if (input.IsFailed)
        {
            return input;
        }

        var values = _arguments.Evaluate(frame);
        if (values is null)
        {
            return Value.Failed;
        }

        frame.Position = Position;
        frame.Charge(1);
        var result = test.Body(new Call(frame, input, values));
        return result.IsFailed ? result : Value.From(result.IsTruthy != isNegated);
    }

    public override void Print(Printer printer)
    {
        printer.Operand(target, Precedence.Sign).Write(isNegated ? " is not " : " is ").Write(test.Name);
        if (arguments.All.Length > 0)
        {
            printer.Write("(");
            arguments.Print(printer);
            printer.Write(")");
        }
    }
}
