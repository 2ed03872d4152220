using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>Filters over instants. An instant is RFC 3339 text, a number of seconds since 1970, or 'now'; all in UTC.</summary>
internal static class TimeFilters
{
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <summary>Characters of an instant as text, at most.</summary>
    private const int MaxLength = 100;

    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    public static void AddTo(OperationTable table) => table
        .Add("date strftime", "format?", static (in Call call) => Date(call))
        .Add("timestamp", "", static (in Call call) => Timestamp(call));

    private static Value Date(in Call call)
    {
        var instant = Instant(call);
        return call.Frame.Built(call.Has(0)
            ? Format(instant, call.TextAt(0), call.Frame)
            : instant.ToString(InstantFormat, CultureInfo.InvariantCulture));
    }

    private static Value Timestamp(in Call call)
    {
        var ticks = (Instant(call) - Epoch).Ticks;
        return ticks % TimeSpan.TicksPerSecond == 0
            ? Value.From(ticks / TimeSpan.TicksPerSecond)
            : Value.From(ticks / (double)TimeSpan.TicksPerSecond);
    }

    private static DateTimeOffset Instant(in Call call)
    {
        var input = call.Input;
        if (Arithmetic.IsNumber(input) && !input.IsBoolean)
        {
            var seconds = Arithmetic.Float(input);
            return Math.Abs(seconds) < 62_000_000_000
                ? Epoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
                : throw call.Wrong("an instant", input);
        }

        if (input.AsString is not { } text)
        {
            throw call.Wrong("an instant", input);
        }

        if (text is "now" or "today")
        {
            return call.Frame.Context.Now.ToUniversalTime();
        }

        return text.Length <= MaxLength && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && text.Any(char.IsAsciiDigit)
            ? instant
            : throw new TemplateFault(
                TemplateErrorKind.Type, $"'{(text.Length > 40 ? text[..40] : text)}' is not an instant such as 2026-01-31T12:00:00Z");
    }

    /// <summary>The format of C's strftime, in English.</summary>
    private static string Format(DateTimeOffset instant, string format, Frame frame)
    {
        var result = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                result.Append(format[at]);
                continue;
            }

            frame.Charge(4);
            frame.CheckTextLength(result.Length);
            var isUnpadded = format[at + 1] == '-' && at + 2 < format.Length;
            at += isUnpadded ? 2 : 1;
            var part = Part(instant, format[at]);
            result.Append(isUnpadded && part.Length > 1 ? part.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0" : part);
        }

        return result.ToString();
    }

    private static string Part(DateTimeOffset instant, char conversion) => conversion switch
    {
        'Y' => Custom(instant, "yyyy"),
        'y' => Custom(instant, "yy"),
        'C' => (instant.Year / 100).ToString("00", CultureInfo.InvariantCulture),
        'm' => Custom(instant, "MM"),
        'd' => Custom(instant, "dd"),
        'e' => instant.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'j' => instant.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'H' => Custom(instant, "HH"),
        'k' => instant.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'I' => Custom(instant, "hh"),
        'l' => ((instant.Hour + 11) % 12 + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'M' => Custom(instant, "mm"),
        'S' => Custom(instant, "ss"),
        'L' => Custom(instant, "fff"),
        'N' => Custom(instant, "fffffff") + "00",
        'f' => Custom(instant, "ffffff"),
        'p' => instant.Hour < 12 ? "AM" : "PM",
        'P' => instant.Hour < 12 ? "am" : "pm",
        'A' => Custom(instant, "dddd"),
        'a' => Custom(instant, "ddd"),
        'B' => Custom(instant, "MMMM"),
        'b' or 'h' => Custom(instant, "MMM"),
        'F' => Custom(instant, "yyyy-MM-dd"),
        'T' or 'X' => Custom(instant, "HH:mm:ss"),
        'R' => Custom(instant, "HH:mm"),
        'D' or 'x' => Custom(instant, "MM/dd/yy"),
        'c' => $"{Custom(instant, "ddd MMM")} {instant.Day,2} {Custom(instant, "HH:mm:ss yyyy")}",
        's' => instant.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'u' => (((int)instant.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)instant.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'G' => ISOWeek.GetYear(instant.UtcDateTime).ToString("0000", CultureInfo.InvariantCulture),
        'V' => ISOWeek.GetWeekOfYear(instant.UtcDateTime).ToString("00", CultureInfo.InvariantCulture),
        'z' => "+0000",
        'Z' => "UTC",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => $"%{conversion}",
    };

    private static string Custom(DateTimeOffset instant, string format) => instant.ToString(format, CultureInfo.InvariantCulture);
}
