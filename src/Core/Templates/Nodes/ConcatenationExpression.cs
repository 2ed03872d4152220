using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>a ~ b ~ c</c>: the text forms, joined.</summary>
internal sealed class ConcatenationExpression(int position, Expression[] parts) : Expression(position, [.. parts])
{
    public override int Binding => Precedence.Concatenation;

    public override Value Evaluate(Frame frame)
    {
        var texts = new string[parts.Length];
        var length = 0L;
        for (var place = 0; place < parts.Length; place++)
        {
            var value = parts[place].Evaluate(frame);
            if (value.IsFailed)
            {
                return value;
            }

            frame.Position = parts[place].Position;
            texts[place] = frame.Text(value);
            length += texts[place].Length;
        }

        frame.CheckTextLength(length);
        return frame.Built(string.Concat(texts));
    }

    public override void Print(Printer printer)
    {
        for (var place = 0; place < parts.Length; place++)
        {
            printer.Write(place > 0 ? " ~ " : string.Empty).Operand(parts[place], Precedence.Product);
        }
    }
}
