using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The methods that values have, by kind. None changes its receiver.</summary>
internal static class Methods
{
    private static readonly OperationTable OfMaps = new OperationTable()
        .Add("items", "", static (in Call call) => MapFilters.Pairs(call.Map(), call.Frame))
        .Add("keys", "", static (in Call call) => MapFilters.Keys(call.Map(), call.Frame))
        .Add("values", "", static (in Call call) => call.Frame.Built([.. call.Map().Entries.Select(entry => entry.Value)]))
        .Add("get", "key default?", static (in Call call) => Get(call))
        .Add("copy", "", static (in Call call) => call.Input);

    private static readonly OperationTable OfLoops = new OperationTable()
        .Add("cycle", "first *", static (in Call call) => Cycle(call))
        .Add("changed", "first *", static (in Call call) => Value.From(
            ((LoopState)call.Input.AsStorage!).HasChanged([call[0], .. call.Rest], call.Frame)));

    private static readonly OperationTable OfLists = new OperationTable()
        .Add("index", "value", static (in Call call) => Index(call))
        .Add("count", "value", static (in Call call) => Count(call))
        .Add("copy", "", static (in Call call) => call.Input);

    private static readonly OperationTable OfNumbers = new OperationTable()
        .Add("is_integer", "", static (in Call call) =>
            Value.From(!call.Input.IsFloat || call.Input.FloatBits == Math.Floor(call.Input.FloatBits)))
        .Add("bit_length", "", static (in Call call) => Value.From(call.Input.TryGetBigInteger(out var number)
            ? (long)System.Numerics.BigInteger.Abs(number).GetBitLength()
            : throw call.Wrong("an integer", call.Input)));

    public static Operation Find(Value receiver, string name)
    {
        var table = receiver.Kind switch
        {
            ValueKind.Map => receiver.AsStorage is LoopState ? OfLoops : OfMaps,
            ValueKind.String => StringMethods.Table,
            ValueKind.List => OfLists,
            ValueKind.Integer or ValueKind.Float => OfNumbers,
            _ => null,
        };
        return table?.Find(name) ?? throw new TemplateFault(
            TemplateErrorKind.UnknownOperation,
            name is "append" or "extend" or "insert" or "pop" or "update" or "remove" or "clear" or "setdefault" or "sort" or "reverse"
                ? $"{Phrase.A(receiver)} cannot be changed by '{name}': values are immutable"
                : $"{Phrase.A(receiver)} has no method '{name}'{Phrase.DidYouMean(name, table?.Names ?? [])}");
    }

    private static Value Get(in Call call) =>
        call.Map().TryGet(Members.MapKey(call[0], call.Frame), out var value) ? value : call[1].IsMissing ? Value.Null : call[1];

    private static Value Cycle(in Call call)
    {
        var turn = (int)(((LoopState)call.Input.AsStorage!).Index % (call.Rest.Length + 1));
        return turn == 0 ? call[0] : call.Rest[turn - 1];
    }

    private static Value Index(in Call call)
    {
        var items = call.Items();
        for (var place = 0; place < items.Length; place++)
        {
            if (ValueEquality.AreEqual(items[place], call[0], call.Frame))
            {
                return Value.From(place);
            }
        }

        throw new TemplateFault(TemplateErrorKind.Type, "the value is not in the list");
    }

    private static Value Count(in Call call)
    {
        var (wanted, frame) = (call[0], call.Frame);
        return Value.From(call.Items().LongCount(item => ValueEquality.AreEqual(item, wanted, frame)));
    }
}
