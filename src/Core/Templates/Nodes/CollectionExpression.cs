using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary><c>[a, b]</c>, and <c>(a, b)</c>, which is a list too.</summary>
internal sealed class ListExpression(int position, Expression[] items) : Expression(position, [.. items])
{
    public IReadOnlyList<Expression> Items => items;

    public override Value Evaluate(Frame frame)
    {
        var values = new Value[items.Length];
        for (var place = 0; place < values.Length; place++)
        {
            values[place] = items[place].Evaluate(frame);
            if (values[place].IsFailed)
            {
                return values[place];
            }
        }

        return frame.Built(values);
    }

    public override void Print(Printer printer) => printer.Write("[").Separated(items).Write("]");
}

/// <summary><c>{a: b}</c>; keys become text, as in JSON.</summary>
internal sealed class MapExpression(int position, KeyValuePair<Expression, Expression>[] members)
    : Expression(position, [.. members.SelectMany(member => new[] { member.Key, member.Value })])
{
    public override Value Evaluate(Frame frame)
    {
        var values = new KeyValuePair<string, Value>[members.Length];
        for (var place = 0; place < values.Length; place++)
        {
            var (key, value) = (members[place].Key.Evaluate(frame), members[place].Value.Evaluate(frame));
            if (key.IsFailed || value.IsFailed)
            {
                return Value.Failed;
            }

            frame.Position = members[place].Key.Position;
            if (key.Kind is ValueKind.List or ValueKind.Map or ValueKind.Undefined)
            {
                throw new TemplateFault(TemplateErrorKind.Type, $"{Phrase.A(key)} cannot be the key of a map");
            }

            values[place] = KeyValuePair.Create(Values.Members.MapKey(key, frame), value);
        }

        return frame.Built(values);
    }

    public override void Print(Printer printer)
    {
        printer.Write("{");
        for (var place = 0; place < members.Length; place++)
        {
            printer.Write(place > 0 ? ", " : string.Empty).Expression(members[place].Key).Write(": ").Expression(members[place].Value);
        }

        printer.Write("}");
    }
}
