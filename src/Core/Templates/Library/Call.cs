using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>One call of an operation: the value it works on (a filter's left side, a method's receiver) and its arguments.</summary>
internal readonly ref struct Call(Frame frame, Value input, BoundArguments<Value> arguments)
{
    public static readonly BoundArguments<Value> NoArguments = new([], [], []);

    public Frame Frame { get; } = frame;

    public Value Input { get; } = input;

    public ReadOnlySpan<Value> Rest => arguments.Rest;

    public IReadOnlyList<KeyValuePair<string, Value>> Extra => arguments.Extra;

    /// <summary>The argument at a place; missing when not given.</summary>
    public Value this[int place] => place < arguments.Slots.Length ? arguments.Slots[place] : default;

    /// <summary>The input as text; reading it is counted as work.</summary>
    public string Text
    {
        get
        {
            var text = Frame.Text(Input);
            Frame.ChargeText(text.Length);
            return text;
        }
    }

    public bool Has(int place) => !this[place].IsMissing && this[place].Kind != ValueKind.Null;

    public string TextAt(int place, string otherwise = "")
    {
        var value = this[place];
        return value.IsMissing ? otherwise : Frame.Text(value);
    }

    public bool FlagAt(int place, bool otherwise = false) => this[place].IsMissing ? otherwise : this[place].IsTruthy;

    /// <summary>An integer argument, clamped to 32 bits.</summary>
    public int IntegerAt(int place, int otherwise = 0)
    {
        var value = this[place];
        if (value.IsMissing || (value.Kind == ValueKind.Null && place > 0))
        {
            return otherwise;
        }

        if (value.Kind is ValueKind.Integer or ValueKind.Boolean)
        {
            return (int)BigInteger.Clamp(Arithmetic.Integer(value), int.MinValue, int.MaxValue);
        }

        throw Wrong("an integer", value);
    }

    /// <summary>The input as a list, see <see cref="Sequence"/>.</summary>
    public Value[] Items() => Sequence.ToArray(Input, Frame);

    /// <summary>The input's members.</summary>
    public MapValue Map() => Input.AsMap ?? throw Wrong("a map", Input);

    public TemplateFault Wrong(string expected, Value found) => new(
        found.Kind == ValueKind.Undefined ? TemplateErrorKind.UndefinedOperation : TemplateErrorKind.Type,
        found.AsStorage is Missing missing ? UndefinedPhrase.Of(missing.Expression, Frame) : $"expected {expected}, found {Phrase.A(found)}");
}
