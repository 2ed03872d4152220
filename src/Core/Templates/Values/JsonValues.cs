using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Values over a JSON document. A level is turned into values as a whole when one of its members is first read.</summary>
internal static class JsonValues
{
    public static Value From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new Value(new JsonMap(element)),
        JsonValueKind.Array => new Value(new JsonList(element)),
        JsonValueKind.String => Value.From(Text(element)),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => Value.True,
        JsonValueKind.False => Value.False,
        JsonValueKind.Null => Value.Null,
        _ => Value.Undefined,
    };

    /// <summary>The value of a member; that of <c>headers</c> is found by names in any case.</summary>
    public static Value Member(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && name == HeaderMap.Name ? new Value(new HeaderMap(new JsonMap(element))) : From(element);

    /// <summary>The name of a member; what is said of values holds for names.</summary>
    public static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return JsonText.LenientText($"\"{Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property))}\"");
        }
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped surrogate without its other half: JSON allows it, text does not.
            return JsonText.LenientText(element.GetRawText());
        }
    }

    private static Value Number(JsonElement element)
    {
        if (element.TryGetInt64(out var integer))
        {
            return Value.From(integer);
        }

        var number = JsonMarshal.GetRawUtf8Value(element);
        if (number.IndexOfAny(".eE"u8) >= 0) return WrittenNumber.Read(number);
        return number.Length <= DataLimits.MaxNumberDigits + 1
            ? Value.From(BigInteger.Parse(Encoding.ASCII.GetString(number), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : Value.From(double.Parse(number, CultureInfo.InvariantCulture));
    }
}

internal sealed class JsonList(JsonElement element) : ListValue
{
    private Value[]? _items;

    public override long Count { get; } = element.GetArrayLength();

    public JsonElement Element => element;

    public override Value Get(long index) => (Volatile.Read(ref _items) ?? Load())[index];

    private Value[] Load()
    {
        var items = new Value[Count];
        var place = 0;
        foreach (var item in element.EnumerateArray())
        {
            items[place++] = JsonValues.From(item);
        }

        return Interlocked.CompareExchange(ref _items, items, comparand: null) ?? items;
    }
}

internal sealed class JsonMap(JsonElement element) : MapValue
{
    private EntryMap? _members;

    public override long Count => Members.Count;

    public JsonElement Element => element;

    public override IEnumerable<KeyValuePair<string, Value>> Entries => Members.Entries;

    private EntryMap Members => Volatile.Read(ref _members) ?? Load();

    public override bool TryGet(string key, out Value value) => Members.TryGet(key, out value);

    private EntryMap Load()
    {
        var members = EntryMap.From(element.EnumerateObject()
            .Select(property => (Name: JsonValues.Name(property), property.Value))
            .Select(member => KeyValuePair.Create(member.Name, JsonValues.Member(member.Name, member.Value))));
        return Interlocked.CompareExchange(ref _members, members, comparand: null) ?? members;
    }
}
