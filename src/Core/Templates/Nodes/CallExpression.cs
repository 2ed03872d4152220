using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>name(arguments)</c>: one of the language's own functions.</summary>
internal sealed class CallExpression(int position, Operation function, ArgumentList arguments) : Expression(position, arguments.All)
{
    private readonly PreparedArguments _arguments = new(function, arguments, position);

    public override int Binding => Precedence.Postfix;

    public override Value Evaluate(Frame frame)
    {
        var values = _arguments.Evaluate(frame);
        if (values is null)
        {
            return Value.Failed;
        }

        frame.Position = Position;
        frame.Charge(1);
        return function.Body(new Call(frame, default, values));
    }

    public override void Print(Printer printer)
    {
        printer.Write(function.Name).Write("(");
        arguments.Print(printer);
        printer.Write(")");
    }
}

/// <summary><c>target.name(arguments)</c>: a method that values of the target's kind have.</summary>
internal sealed class MethodExpression(int position, Expression target, string name, ArgumentList arguments)
    : Expression(position, [target, .. arguments.All])
{
    public override int Binding => Precedence.Postfix;

    public override Value Evaluate(Frame frame)
    {
        var receiver = target.Evaluate(frame);
        if (receiver.Kind == ValueKind.Undefined)
        {
            return receiver.IsFailed ? receiver : frame.FailUndefined(target, Position);
        }

        frame.Position = Position;
        var method = Methods.Find(receiver, name);
        var values = new PreparedArguments(method, arguments, Position).Evaluate(frame);
        if (values is null)
        {
            return Value.Failed;
        }

        frame.Position = Position;
        frame.Charge(1);
        return method.Body(new Call(frame, receiver, values));
    }

    public override void Print(Printer printer)
    {
        printer.Operand(target, Precedence.Postfix).Write(".").Write(name).Write("(");
        arguments.Print(printer);
        printer.Write(")");
    }
}
