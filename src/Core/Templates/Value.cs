using System.Numerics;
using System.Runtime.CompilerServices;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates;

/// <summary>
/// One immutable value of the template language: JSON's kinds and <see cref="ValueKind.Undefined"/>. Sixteen bytes; numbers and
/// booleans are not boxed. Equality is that of the language: <c>1 == 1.0 == true</c>, maps ignore order, undefined equals undefined only.
/// </summary>
public readonly partial struct Value : IEquatable<Value>
{
    // null = undefined; a Tag = the bits are the value; a string; any other Storage = the value itself.
    private readonly object? _object;
    private readonly long _bits;

    private Value(object? value, long bits)
    {
        _object = value;
        _bits = bits;
    }

    internal Value(Storage storage) => _object = storage;

    internal Value(WrittenNumber number, double nearest)
    {
        _object = number;
        _bits = BitConverter.DoubleToInt64Bits(nearest);
    }

    public static Value Undefined => default;

    public static Value Null => new(Tag.Null, 0);

    /// <summary>The null of a name that does not apply where it is read: null in all but that the filter <c>default</c> replaces it.</summary>
    public static Value Absent => new(Tag.Null, 1);

    public static Value True => new(Tag.Boolean, 1);

    public static Value False => new(Tag.Boolean, 0);

    /// <summary>Not a value: an operation on something undefined failed and the frame holds why.</summary>
    internal static Value Failed => new(Tag.Failed, 0);

    public static Value From(bool value) => new(Tag.Boolean, value ? 1 : 0);

    public static Value From(long value) => new(Tag.Integer, value);

    public static Value From(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? From((long)value) : new Value(new BigNumber(value));

    public static Value From(double value) => new(Tag.Float, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A string; null gives <see cref="Null"/>.</summary>
    public static Value From(string? value) => value is null ? Null : new Value(value, 0);

    /// <summary>A list over <paramref name="items"/>, which must not change afterwards.</summary>
    public static Value List(IReadOnlyList<Value> items) =>
        new(items is Value[] array ? new ArrayValue(array) : new ReadOnlyListValue(items));

    /// <summary>A list whose elements are fetched when a template asks for them.</summary>
    public static Value List(IValueList lazy) => new(new LazyListValue(lazy));

    /// <summary>A map over <paramref name="members"/>, which must not change afterwards; order is that of its enumeration.</summary>
    public static Value Map(IReadOnlyDictionary<string, Value> members) => new(new DictionaryValue(members));

    /// <summary>A map in the order given; of equal keys the last value wins at the first one's place.</summary>
    public static Value Map(IEnumerable<KeyValuePair<string, Value>> members) => new(EntryMap.From(members));

    /// <summary>
    /// HTTP headers: a map from name in lower case to text, in which a name is found however it is spelled. Anything but a map comes back as it is.
    /// </summary>
    public static Value Headers(Value members) => members.AsMap is { } map and not HeaderMap ? new(new HeaderMap(map)) : members;

    /// <summary>The lazy list start, start + step, … up to but without <paramref name="stop"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is 0.</exception>
    public static Value Range(long start, long stop, long step)
    {
        ArgumentOutOfRangeException.ThrowIfZero(step);
        return new Value(new RangeValue(start, stop, step));
    }

    public ValueKind Kind
    {
        get
        {
            var value = _object;
            return value is null ? ValueKind.Undefined
                : value.GetType() == typeof(string) ? ValueKind.String
                : Unsafe.As<Storage>(value).Kind;
        }
    }

    internal bool IsFailed => ReferenceEquals(_object, Tag.Failed);

    /// <summary>True for an argument that was not given at all.</summary>
    internal bool IsMissing => _object is null;

    internal bool IsAbsent => _bits != 0 && ReferenceEquals(_object, Tag.Null);

    internal bool IsInlineInteger => ReferenceEquals(_object, Tag.Integer);

    internal bool IsBoolean => ReferenceEquals(_object, Tag.Boolean);

    internal bool IsFloat => ReferenceEquals(_object, Tag.Float) || _object is WrittenNumber;

    internal long Bits => _bits;

    internal double FloatBits => BitConverter.Int64BitsToDouble(_bits);

    internal string? AsString => _object as string;

    internal MapValue? AsMap => _object as MapValue;

    internal ListValue? AsList => _object as ListValue;

    internal WrittenNumber? AsWritten => _object as WrittenNumber;

    internal Storage? AsStorage => _object as Storage;

    /// <summary>Jinja2's truth: null, undefined, false, zero and anything empty are false.</summary>
    public bool IsTruthy => Kind switch
    {
        ValueKind.Boolean => _bits != 0,
        ValueKind.Integer => !IsInlineInteger || _bits != 0,
        ValueKind.Float => FloatBits != 0 || (_object is WrittenNumber written && !DecimalText.IsZero(written.Text)),
        ValueKind.String => ((string)_object!).Length > 0,
        ValueKind.List => ((ListValue)_object!).Count > 0,
        ValueKind.Map => ((MapValue)_object!).Count > 0,
        _ => false,
    };

    /// <summary>The kind's name as messages spell it: list, map, string, integer, float, boolean, null, undefined.</summary>
    public string TypeName => Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => "boolean",
        ValueKind.Integer => "integer",
        ValueKind.Float => "float",
        ValueKind.String => "string",
        ValueKind.List => "list",
        ValueKind.Map => "map",
        _ => "undefined",
    };

    /// <summary>False for anything but an integer, and for an integer beyond 64 bits.</summary>
    public bool TryGetInteger(out long value)
    {
        value = _bits;
        return IsInlineInteger;
    }

    /// <summary>An integer of any size.</summary>
    public bool TryGetBigInteger(out BigInteger value)
    {
        value = _object is BigNumber big ? big.Number : _bits;
        return Kind == ValueKind.Integer;
    }

    /// <summary>The number as a float: an integer is converted, nearest value; so is a decimal of more digits than a float holds.</summary>
    public bool TryGetFloat(out double value)
    {
        value = IsFloat ? FloatBits : _object is BigNumber big ? Arithmetic.ToDouble(big.Number) : _bits;
        return Kind is ValueKind.Float or ValueKind.Integer;
    }

    public bool TryGetString(out string value)
    {
        value = _object as string ?? string.Empty;
        return _object is string;
    }

    public bool TryGetBoolean(out bool value)
    {
        value = _bits != 0;
        return IsBoolean;
    }

    /// <summary>Elements of a list, members of a map, code points of a string; 0 for all else.</summary>
    public long Count => _object switch
    {
        ListValue list => list.Count,
        MapValue map => map.Count,
        string text => CodePoints.Count(text),
        _ => 0,
    };

    /// <summary>The element of a list at a 0-based index; undefined outside of it and for all else.</summary>
    public Value GetItem(long index) => _object is ListValue list && index >= 0 && index < list.Count ? list.Get(index) : Undefined;

    /// <summary>The member of a map; undefined when there is none and for all else.</summary>
    public Value GetMember(string key) => _object is MapValue map && map.TryGet(key, out var value) ? value : Undefined;

    public bool TryGetMember(string key, out Value value)
    {
        value = default;
        return _object is MapValue map && map.TryGet(key, out value);
    }

    /// <summary>The members of a map in its order; empty for all else.</summary>
    public IEnumerable<KeyValuePair<string, Value>> Members => _object is MapValue map ? map.Entries : [];

    /// <summary>The elements of a list; empty for all else.</summary>
    public IEnumerable<Value> Items
    {
        get
        {
            if (_object is ListValue list)
            {
                for (var index = 0L; index < list.Count; index++)
                {
                    yield return list.Get(index);
                }
            }
        }
    }

    /// <summary>The lazy range behind this list, so that a loop over it never builds its elements.</summary>
    public bool TryGetRange(out long start, out long stop, out long step)
    {
        var range = _object as RangeValue;
        (start, stop, step) = range is null ? default : (range.Start, range.Stop, range.Step);
        return range is not null;
    }

    public bool Equals(Value other) => ValueEquality.AreEqual(this, other);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => ValueEquality.HashOf(this);

    public static bool operator ==(Value left, Value right) => left.Equals(right);

    public static bool operator !=(Value left, Value right) => !left.Equals(right);
}
