using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target|name(arguments)</c>, or <c>target|name: arguments</c> with Liquid's meaning of the name.</summary>
internal sealed class FilterExpression(int position, Expression target, Operation filter, ArgumentList arguments, bool isColon)
    : Expression(position, [target, .. arguments.All])
{
    private readonly PreparedArguments _arguments = new(filter, arguments, position);

    // The colon spelling would swallow a comma after it, so it is printed in parentheses wherever it is an operand.
    public override int Binding => isColon ? Precedence.Conditional - 1 : Precedence.Filter;

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
        return filter.Body(new Call(frame, input, values));
    }

    public override void Print(Printer printer)
    {
        printer.Operand(target, Precedence.Sign).Write("|").Write(filter.Name);
        if (isColon)
        {
            printer.Write(": ");
            PrintColonArguments(printer);
        }
        else if (arguments.All.Length > 0)
        {
            printer.Write("(");
            arguments.Print(printer);
            printer.Write(")");
        }
    }

    private void PrintColonArguments(Printer printer)
    {
        var separator = string.Empty;
        foreach (var argument in arguments.Positional)
        {
            printer.Write(separator).Operand(argument, argument.Binding == Precedence.Filter ? Precedence.Postfix : Precedence.Sign);
            separator = ", ";
        }

        foreach (var argument in arguments.Keywords)
        {
            printer.Write(separator).Write(argument.Key).Write(": ")
                .Operand(argument.Value, argument.Value.Binding == Precedence.Filter ? Precedence.Postfix : Precedence.Sign);
            separator = ", ";
        }
    }
}
