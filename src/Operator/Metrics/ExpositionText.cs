using System.Buffers;
using System.Globalization;
using System.Text;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>Names, escapes and numbers of the exposition formats. What is written is UTF-8.</summary>
internal static class ExpositionText
{
    /// <summary>A metric's or label's name with everything but letters, digits and <c>_</c> replaced by <c>_</c>.</summary>
    public static string Name(string text)
    {
        var name = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return name.Length == 0 || char.IsAsciiDigit(name[0]) ? '_' + name : name;
    }

    public static byte[] Labels(KeyValuePair<string, string>[] labels) =>
        Encoding.UTF8.GetBytes(string.Join(',', labels.Select(label => $"{Name(label.Key)}=\"{Escape(label.Value, quotes: true)}\"")));

    /// <summary>Backslash and line feed are escaped, and quotation marks where the format wants that.</summary>
    public static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    public static void Write(IBufferWriter<byte> output, long number)
    {
        var span = output.GetSpan(24);
        number.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    /// <param name="output">Where to.</param>
    /// <param name="number">Any double.</param>
    /// <param name="point">Whether whole numbers get <c>.0</c>, as OpenMetrics wants of bucket bounds.</param>
    public static void Write(IBufferWriter<byte> output, double number, bool point = false)
    {
        if (double.IsNaN(number)) output.Write("NaN"u8);
        else if (double.IsInfinity(number)) output.Write(number > 0 ? "+Inf"u8 : "-Inf"u8);
        else
        {
            var span = output.GetSpan(32);
            number.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
            var whole = span[..written].IndexOfAny((byte)'.', (byte)'E') < 0;
            output.Advance(written);
            if (point && whole) output.Write(".0"u8);
        }
    }
}
