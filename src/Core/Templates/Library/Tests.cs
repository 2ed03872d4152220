using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>What may stand after <c>is</c>.</summary>
internal static class Tests
{
    public static readonly OperationTable Table = Build();

    private static OperationTable Build()
    {
        var table = new OperationTable();
        AddKinds(table);
        AddComparisons(table);
        return table
            .Add("odd", "", static (in Call call) => Value.From(Remainder(call, Value.From(2)).Equals(Value.From(1))))
            .Add("even", "", static (in Call call) => Value.From(Remainder(call, Value.From(2)).Equals(Value.From(0))))
            .Add("divisibleby", "num", static (in Call call) => Value.From(Remainder(call, call[0]).Equals(Value.From(0))))
            .Add("lower", "", static (in Call call) => Value.From(IsCased(call.Text, char.IsUpper, char.IsLower)))
            .Add("upper", "", static (in Call call) => Value.From(IsCased(call.Text, char.IsLower, char.IsUpper)))
            .Add("filter", "", static (in Call call) => Value.From(Filtering.Find(call.Text) is not null))
            .Add("test", "", static (in Call call) => Value.From(Table.Find(call.Text) is not null));
    }

    private static void AddKinds(OperationTable table) => table
        .Add("defined", "", static (in Call call) => Value.From(call.Input.Kind != ValueKind.Undefined))
        .Add("undefined", "", static (in Call call) => Value.From(call.Input.Kind == ValueKind.Undefined))
        .Add("none null", "", static (in Call call) => Value.From(call.Input.Kind == ValueKind.Null))
        .Add("boolean", "", static (in Call call) => Value.From(call.Input.IsBoolean))
        .Add("true", "", static (in Call call) => Value.From(call.Input.IsBoolean && call.Input.IsTruthy))
        .Add("false", "", static (in Call call) => Value.From(call.Input.IsBoolean && !call.Input.IsTruthy))
        .Add("integer", "", static (in Call call) => Value.From(call.Input.Kind == ValueKind.Integer))
        .Add("float", "", static (in Call call) => Value.From(call.Input.IsFloat))
        .Add("number", "", static (in Call call) => Value.From(Arithmetic.IsNumber(call.Input)))
        .Add("string", "", static (in Call call) => Value.From(call.Input.Kind == ValueKind.String))
        .Add("mapping", "", static (in Call call) => Value.From(call.Input.Kind == ValueKind.Map))
        .Add("sequence", "", static (in Call call) =>
            Value.From(call.Input.Kind is ValueKind.List or ValueKind.Map or ValueKind.String or ValueKind.Undefined))
        .Add("iterable", "", static (in Call call) =>
            Value.From(call.Input.Kind is ValueKind.List or ValueKind.Map or ValueKind.String or ValueKind.Undefined))
        .Add("callable escaped", "", static (in Call call) => Value.False);

    private static void AddComparisons(OperationTable table) => table
        .Add("eq equalto ==", "other", static (in Call call) => Value.From(ValueEquality.AreEqual(call.Input, call[0], call.Frame)))
        .Add("ne !=", "other", static (in Call call) => Value.From(!ValueEquality.AreEqual(call.Input, call[0], call.Frame)))
        .Add("lt lessthan <", "other", static (in Call call) => Value.From(ValueOrder.Compare(call.Input, call[0], call.Frame) < 0))
        .Add("le <=", "other", static (in Call call) => Value.From(ValueOrder.Compare(call.Input, call[0], call.Frame) <= 0))
        .Add("gt greaterthan >", "other", static (in Call call) => Value.From(ValueOrder.Compare(call.Input, call[0], call.Frame) > 0))
        .Add("ge >=", "other", static (in Call call) => Value.From(ValueOrder.Compare(call.Input, call[0], call.Frame) >= 0))
        .Add("in", "seq", static (in Call call) => Value.From(Containment.Contains(call[0], call.Input, call.Frame)))
        .Add("contains", "item", static (in Call call) => Value.From(Containment.Contains(call.Input, call[0], call.Frame)))
        .Add("sameas", "other", static (in Call call) => Value.From(
            call.Input.Kind == call[0].Kind && ValueEquality.AreEqual(call.Input, call[0], call.Frame)));

    private static Value Remainder(in Call call, Value divisor) => Arithmetic.IsNumber(call.Input) && Arithmetic.IsNumber(divisor)
        ? Arithmetic.Apply(BinaryOperator.Modulo, call.Input, divisor, call.Frame)
        : throw call.Wrong("a number", Arithmetic.IsNumber(call.Input) ? divisor : call.Input);

    private static bool IsCased(string text, Func<char, bool> wrong, Func<char, bool> right) => !text.Any(wrong) && text.Any(right);
}
