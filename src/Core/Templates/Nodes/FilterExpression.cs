using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>target|name(arguments)</c>, or <c>target|name: arguments</c> with Liquid's meaning of the name.</summary>
internal sealed class FilterExpression : Expression
{
    private readonly Expression _target;
    private readonly Operation _filter;
    private readonly ArgumentList _written;
    private readonly bool _isColon;
    private readonly PreparedArguments _arguments;
    private readonly Value _missing;

    public FilterExpression(int position, Expression target, Operation filter, ArgumentList arguments, bool isColon)
        : base(position, [target, .. arguments.All])
    {
        (_target, _filter, _written, _isColon) = (target, filter, arguments, isColon);
        _arguments = new PreparedArguments(filter, arguments, position);
        _missing = new Value(new Missing(this));
    }

    // The colon spelling would swallow a comma after it, so it is printed in parentheses wherever it is an operand.
    public override int Binding => _isColon ? Precedence.Conditional - 1 : Precedence.Filter;

    public override Value Evaluate(Frame frame)
    {
        var input = _target.Evaluate(frame);
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
        var result = _filter.Body(new Call(frame, input, values));
        return result.IsMissing ? _missing : result;
    }

    public override void Print(Printer printer)
    {
        printer.Operand(_target, Precedence.Sign).Write("|").Write(_filter.Name);
        if (_isColon)
        {
            printer.Write(": ");
            PrintColonArguments(printer);
        }
        else if (_written.All.Length > 0)
        {
            printer.Write("(");
            _written.Print(printer);
            printer.Write(")");
        }
    }

    private void PrintColonArguments(Printer printer)
    {
        var separator = string.Empty;
        foreach (var argument in _written.Positional)
        {
            printer.Write(separator).Operand(argument, argument.Binding == Precedence.Filter ? Precedence.Postfix : Precedence.Sign);
            separator = ", ";
        }

        foreach (var argument in _written.Keywords)
        {
            printer.Write(separator).Write(argument.Key).Write(": ")
                .Operand(argument.Value, argument.Value.Binding == Precedence.Filter ? Precedence.Postfix : Precedence.Sign);
            separator = ", ";
        }
    }
}
