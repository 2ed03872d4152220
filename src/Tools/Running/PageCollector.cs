using System.Buffers;
using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// Gathers what pages bring. Of a page only the collected part is kept, copied out of its document, so that memory follows what is collected
/// and not what was fetched.
/// </summary>
internal sealed class PageCollector(CollectPlan plan, long maxBytes)
{
    private readonly List<Value> _items = [];
    private Value _single = Value.Undefined;
    private long _bytes;
    private (int Items, Value Single, long Bytes) _before;
    private bool _isMissing;
    private bool _wasFound;

    /// <summary>Everything so far: a list, for <see cref="CollectStrategy.Replace"/> the last value, for <see cref="CollectStrategy.Merge"/> a map.</summary>
    public Value Collected => plan.Strategy switch
    {
        CollectStrategy.Append => Value.List(new Prefix(_items, _items.Count)),
        CollectStrategy.Replace => _single.Kind == ValueKind.Undefined ? Value.Null : _single,
        _ => _single.Kind == ValueKind.Undefined ? Value.Map([]) : _single,
    };

    /// <summary>There were pages, and the path led nowhere in each of them.</summary>
    public bool FoundNothing => _isMissing && !_wasFound;

    /// <summary>The part of a response that is collected; undefined when the path leads nowhere.</summary>
    public Value Pick(Value response)
    {
        var picked = response;
        foreach (var key in plan.Path)
            picked = picked.Kind == ValueKind.List && long.TryParse(key, out var index) ? picked.GetItem(index) : picked.GetMember(key);
        if (picked.Kind != ValueKind.Undefined) _wasFound = true;
        else if (response.Kind is not (ValueKind.Null or ValueKind.Undefined)) _isMissing = true;
        return picked;
    }

    /// <summary>Adds a picked value; null and undefined add nothing. An error leaves everything as it was.</summary>
    public WorkError? Add(Value picked)
    {
        _before = (_items.Count, _single, _bytes);
        if (picked.Kind is ValueKind.Undefined or ValueKind.Null) return null;
        if (plan.Strategy == CollectStrategy.Merge && picked.Kind != ValueKind.Map)
            return CallErrors.Configuration("retry.on_success.collect", $"strategy merge needs a map at {Path}, the page has a {picked.TypeName}.");
        var (own, bytes) = CopyOut(picked);
        var total = plan.Strategy == CollectStrategy.Replace ? bytes : _bytes + bytes;
        if (total > maxBytes) return new(WorkErrorKind.ResultTooLarge, $"The pages collected so far are larger than {maxBytes} bytes.");
        _bytes = total;
        Keep(own);
        return null;
    }

    /// <summary>Takes the last page back: its sink failed and it will be fetched again.</summary>
    public void TakeBack()
    {
        _items.RemoveRange(_before.Items, _items.Count - _before.Items);
        (_single, _bytes) = (_before.Single, _before.Bytes);
    }

    private string Path => plan.Path.Length == 0 ? "the body" : string.Join('.', plan.Path);

    private void Keep(Value own)
    {
        switch (plan.Strategy)
        {
            case CollectStrategy.Append when own.Kind == ValueKind.List:
                _items.AddRange(own.Items);
                break;
            case CollectStrategy.Append:
                _items.Add(own);
                break;
            case CollectStrategy.Merge when _single.Kind == ValueKind.Map:
                _single = RequestMerge.Maps(_single, own, StringComparer.Ordinal);
                break;
            default:
                _single = own;
                break;
        }
    }

    /// <summary>What is collected now, seen without copying it: later pages only add behind it.</summary>
    private sealed class Prefix(List<Value> items, int count) : IValueList
    {
        public long Count => count;

        public Value Get(long index) => items[(int)index];
    }

    private static (Value Own, int Bytes) CopyOut(Value value)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer)) value.WriteTo(writer);
        return (Value.Parse(buffer.WrittenSpan), buffer.WrittenCount);
    }
}
