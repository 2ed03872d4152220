using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>Explains why something is undefined, with the nearest name that is known at that place.</summary>
internal static class UndefinedPhrase
{
    public static string Of(Expression? expression, Frame frame)
    {
        switch (expression)
        {
            case NameExpression name:
                return $"'{name.Name}' is undefined{Near(name.Name, frame.Variables.Names, frame)}";
            case MemberExpression member:
                return OfMember(member.Target, member.Name, $"'{Printer.Print(member)}' is undefined", frame);
            case IndexExpression { Index: LiteralExpression { Value.AsString: { } key } } index:
                return OfMember(index.Target, key, $"'{Printer.Print(index)}' is undefined", frame);
            case ConditionalExpression:
                return $"the condition of '{Printer.Print(expression)}' is false, and it has no else";
            case null:
                return "the value is undefined";
            default:
                return $"'{Printer.Print(expression)}' is undefined";
        }
    }

    // Nothing is suggested to one who is out of steps.
    private static string Near(string name, IEnumerable<string> known, Frame frame)
    {
        try
        {
            var most = known.Take(Phrase.MaxKnown).ToArray();
            frame.Charge(most.Length * Math.Min(100L, name.Length));
            return Phrase.DidYouMean(name, most);
        }
        catch (TemplateFault)
        {
            return string.Empty;
        }
    }

    // The target is evaluated once more to learn its keys: evaluation is pure, and this is the way out already.
    private static string OfMember(Expression target, string name, string sentence, Frame frame)
    {
        try
        {
            var value = target.Evaluate(frame);
            return value.Kind switch
            {
                ValueKind.Undefined => Of(target, frame),
                ValueKind.Map => sentence + Near(name, value.Members.Select(member => member.Key), frame),
                ValueKind.Null => $"{sentence}: '{Printer.Print(target)}' is null, which has no members",
                _ => $"{sentence}: {Phrase.A(value)} has no members",
            };
        }
        catch (TemplateFault)
        {
            return sentence;
        }
    }
}
