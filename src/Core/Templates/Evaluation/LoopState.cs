using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>The <c>loop</c> of Jinja2 and the <c>forloop</c> of Liquid in one.</summary>
internal sealed class LoopState(ListValue items, LoopState? outer) : MapValue
{
    private static readonly string[] Names =
    [
        "index", "index0", "revindex", "revindex0", "rindex", "rindex0", "first", "last", "length", "depth", "depth0",
    ];

    private Value[]? _changed;

    /// <summary>0-based turn.</summary>
    public long Index { get; set; }

    public override long Count => Names.Length;

    public override IEnumerable<KeyValuePair<string, Value>> Entries =>
        Names.Select(name => KeyValuePair.Create(name, TryGet(name, out var value) ? value : Value.Null));

    public override bool TryGet(string key, out Value value)
    {
        value = key switch
        {
            "index" => Value.From(Index + 1),
            "index0" => Value.From(Index),
            "revindex" or "rindex" => Value.From(items.Count - Index),
            "revindex0" or "rindex0" => Value.From(items.Count - Index - 1),
            "first" => Value.From(Index == 0),
            "last" => Value.From(Index == items.Count - 1),
            "length" => Value.From(items.Count),
            "depth" => Value.From(1),
            "depth0" => Value.From(0),
            "previtem" when Index > 0 => items.Get(Index - 1),
            "nextitem" when Index + 1 < items.Count => items.Get(Index + 1),
            "parentloop" when outer is not null => new Value(outer),
            _ => default,
        };
        return !value.IsMissing;
    }

    /// <summary>True when the values differ from those of the call before.</summary>
    public bool HasChanged(Value[] values, Frame frame)
    {
        var isSame = _changed is not null && _changed.SequenceEqual(values, new ValueEquality(frame));
        _changed = values;
        return !isSame;
    }
}
