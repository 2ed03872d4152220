using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>A law did not hold; the message names the seed.</summary>
internal sealed class LawBrokenException(string message) : Exception(message);

/// <summary>An interpolated text that costs nothing while the law holds.</summary>
[InterpolatedStringHandler]
internal readonly struct LawText
{
    private readonly StringBuilder? _text;

    public LawText(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = !holds;
        _text = holds ? null : new StringBuilder(literalLength + (formattedCount * 8));
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

    public override string ToString() => _text?.ToString() ?? "";
}
