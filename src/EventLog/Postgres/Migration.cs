using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>One numbered step of the schema.</summary>
/// <param name="Sha256">Of the text, in hex: a released migration never changes.</param>
internal sealed record Migration(int Number, string Name, string Text, string Sha256)
{
    /// <summary>Reads the number off a name like <c>0001_event_log</c>.</summary>
    public static Migration Parse(string name, string text) => new(
        int.Parse(name.AsSpan(0, name.IndexOf('_', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture),
        name,
        text,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
}
