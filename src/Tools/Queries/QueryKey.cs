using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PlaybookOperator.Tools.Queries;

/// <summary>
/// SHA-256 of a canonical request and of the credential that it is made with, in lower-case hexadecimal: equal for equal reads by equal readers, and telling
/// neither.
/// </summary>
internal readonly record struct QueryKey(string Text)
{
    /// <param name="parts">In an order that is always the same; null differs from every text. Each goes in with its length, so that none runs into the next.</param>
    public static QueryKey Of(IEnumerable<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(part is null ? -1 : bytes.Length)}:")));
            hash.AppendData(bytes);
        }

        return new QueryKey(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
