using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Core.Data;

/// <summary>Looks through the text of a value for what is beyond <see cref="DataLimits"/>: one pass without recursion, a second one only to tell the place.</summary>
internal static class DataScan
{
    private const int MaxFieldLength = 250;
    private const int MaxShownName = 60;
    private const int MaxShownNumber = 40;

    // The pass itself stops at the limit; the reader's own must not be in its way.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = int.MaxValue };

    public static DataProblem? Find(ReadOnlySpan<byte> utf8, string field, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, s_options);
        var values = 0;
        while (reader.Read())
        {
            if (Wrong(ref reader, ref values, maxDepth) is { } message)
                return new DataProblem(DataFault.BeyondLimit, FieldAt(utf8, reader.TokenStartIndex, field), message);
        }

        return null;
    }

    /// <summary>Characters, about, of the paths of all values together: what it costs to name each of them.</summary>
    /// <param name="utf8">JSON of at most <paramref name="maxDepth"/> levels.</param>
    public static long LengthOfPaths(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        const int Index = 4;
        var reader = new Utf8JsonReader(utf8, s_options);
        // By depth: the path of what stands there now.
        var paths = new long[maxDepth + 2];
        var total = 0L;
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) continue;
            if (reader.TokenType == JsonTokenType.PropertyName) paths[depth] = paths[depth - 1] + reader.ValueSpan.Length;
            else total += paths[depth];
            if (reader.TokenType == JsonTokenType.StartArray) paths[depth + 1] = paths[depth] + Index;
        }

        return total;
    }

    private static string? Wrong(ref Utf8JsonReader reader, ref int values, int maxDepth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.EndArray or JsonTokenType.EndObject:
                return null;
            case JsonTokenType.PropertyName:
                return reader.ValueSpan.Length <= DataLimits.MaxNameBytes ? null : DataLimits.NameTooLong(reader.ValueSpan.Length);
        }

        if (++values > DataLimits.MaxValues) return Text($"has more than {DataLimits.MaxValues} values.");
        return reader.TokenType switch
        {
            // A level that begins is not yet counted in the reader's depth.
            JsonTokenType.StartArray or JsonTokenType.StartObject when reader.CurrentDepth >= maxDepth => DataLimits.TooDeep,
            JsonTokenType.String when reader.ValueSpan.Length > DataLimits.MaxTextBytes =>
                Text($"is a text of {reader.ValueSpan.Length} bytes; at most {DataLimits.MaxTextBytes} are allowed."),
            JsonTokenType.Number => WrongNumber(reader.ValueSpan),
            _ => null,
        };
    }

    private static string? WrongNumber(ReadOnlySpan<byte> number)
    {
        var mark = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? number : number[..mark];
        if (mantissa.Length > DataLimits.MaxNumberDigits)
        {
            var digits = 0;
            foreach (var letter in mantissa) digits += char.IsAsciiDigit((char)letter) ? 1 : 0;
            if (digits > DataLimits.MaxNumberDigits) return DataLimits.TooManyDigits(digits);
        }

        if (mark < 0) return null;
        return int.TryParse(number[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs((long)exponent) <= DataLimits.MaxNumberExponent
            ? null
            : TooLargeExponent(Encoding.ASCII.GetString(number));
    }

    /// <summary>The rest of a sentence about a number whose exponent is too large.</summary>
    private static string TooLargeExponent(string number) =>
        Text($"is the number {Shortened(number, MaxShownNumber)}; exponents are at most {DataLimits.MaxNumberExponent}, up or down.");

    /// <summary>The path of the value, or of the owner of the name, that begins at an offset.</summary>
    private static string FieldAt(ReadOnlySpan<byte> utf8, long offset, string field)
    {
        var reader = new Utf8JsonReader(utf8, s_options);
        var open = new Stack<Level>();
        while (reader.Read())
        {
            var isOwner = reader.TokenType == JsonTokenType.PropertyName && reader.TokenStartIndex == offset;
            if (isOwner) open.Pop();
            else Enter(ref reader, open);
            if (reader.TokenStartIndex >= offset) break;
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) open.Push(new Level(reader.TokenType == JsonTokenType.StartArray));
        }

        return Join(field, open.Reverse());
    }

    private static void Enter(ref Utf8JsonReader reader, Stack<Level> open)
    {
        if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) open.Pop();
        else if (reader.TokenType == JsonTokenType.PropertyName) open.Peek().Name = Name(reader.ValueSpan);
        else if (open.TryPeek(out var owner)) owner.Index++;
    }

    private static string Join(string field, IEnumerable<Level> levels)
    {
        var path = new StringBuilder(field);
        foreach (var level in levels)
        {
            // The beginning tells where to look; a path of many levels is cut rather than shown whole.
            if (path.Length > MaxFieldLength) return path.Append('…').ToString();
            if (level.IsList) path.Append('[').Append(level.Index.ToString(CultureInfo.InvariantCulture)).Append(']');
            else path.Append(path.Length > 0 ? "." : "").Append(level.Name);
        }

        return path.ToString();
    }

    private static string Name(ReadOnlySpan<byte> raw) => Shortened(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 4 * MaxShownName)]), MaxShownName);

    private static string Shortened(string text, int length) => text.Length <= length ? text : text[..length] + "…";

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);

    private sealed class Level(bool isList)
    {
        public bool IsList { get; } = isList;

        public int Index { get; set; } = -1;

        public string Name { get; set; } = "";
    }
}
