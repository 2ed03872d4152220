using System.Globalization;
using System.Net;
using System.Text;
using PlaybookOperator.Tools.Http;
using PlaybookOperator.Tools.Postgres;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>
/// The texts that tell a secret: its value, what is known to derive from it, and base64 of both. Escaping is not among them: that is seen through where
/// a text is searched (<see cref="DecodedText"/>).
/// </summary>
internal static class SecretForms
{
    /// <summary>What is only guessed to be telling (a line, a user, a host) has at least so many characters.</summary>
    private const int MinGuessed = 8;

    /// <summary>Shorter pieces of base64 would match by chance.</summary>
    private const int MinBase64PieceLength = 6;

    /// <summary>Longer texts are no addresses.</summary>
    private const int MaxAddress = 8 << 10;

    /// <summary>Lines of one secret that are hidden by themselves, at most.</summary>
    private const int MaxLines = 2_000;

    /// <summary>Each at least <see cref="SecretMask.MinTelling"/> characters; the same one may come more than once.</summary>
    public static IEnumerable<string> Of(string secret)
    {
        var trimmed = secret.Trim();
        var whole = Parts(trimmed).Prepend(trimmed).Prepend(secret).Where(IsTelling).Distinct(StringComparer.Ordinal).ToList();
        return whole.Concat(whole.SelectMany(Base64Pieces)).Concat(Lines(trimmed)).Concat(Numbers(trimmed)).Concat(Addresses(trimmed)).Where(IsTelling);
    }

    private static bool IsTelling(string text) => text.Length >= SecretMask.MinTelling;

    /// <summary>What is as secret as the whole: passwords, and whoever and wherever they are for.</summary>
    private static IEnumerable<string> Parts(string secret)
    {
        if (secret.Length > MaxAddress || secret.Contains('\n', StringComparison.Ordinal)) return [];
        if (ConnectionText.TryRead(secret) is { } connection)
            return [connection.Password ?? "", .. new[] { connection.Username ?? "", connection.Host ?? "" }.Where(IsOwn)];
        if (AsUrl(secret) is { } url) return UrlParts(url);
        // As basic authentication has it: user:password.
        var colon = secret.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && secret.Length - colon > MinGuessed && !secret.Contains(' ', StringComparison.Ordinal) ? [secret[(colon + 1)..]] : [];
    }

    private static IEnumerable<string> UrlParts(Uri url)
    {
        var user = url.UserInfo.Split(':', 2);
        yield return user.Length == 2 ? Uri.UnescapeDataString(user[1]) : "";
        var guessed = HttpQuery.Read(url.Query).Select(pair => pair.Value).Append(Uri.UnescapeDataString(user[0])).Append(url.Host).Append(url.IdnHost);
        foreach (var part in guessed.Where(IsOwn)) yield return part;
    }

    /// <summary>Long enough, and not what every machine has.</summary>
    private static bool IsOwn(string part) =>
        part.Length >= MinGuessed && part is not ("postgres" or "localhost") && !(IPAddress.TryParse(part.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Uri? AsUrl(string secret) =>
        secret.Length <= MaxAddress && secret.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(secret, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url : null;

    /// <summary>A URL as others write it: in the normal form, without what is left out of it where it is shown, and the server alone.</summary>
    private static IEnumerable<string> Addresses(string secret)
    {
        // Names of hosts are the same in either case, and lower case is what is shown.
        if (secret.Length <= 253 && Uri.CheckHostName(secret.Split(':')[0]) != UriHostNameType.Unknown) yield return secret.ToLowerInvariant();
        if (AsUrl(secret) is not { } url) yield break;
        var server = url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        var path = url.GetComponents(UriComponents.Path | UriComponents.KeepDelimiter, UriFormat.UriEscaped).TrimEnd('/');
        var query = url.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped).TrimEnd('/');
        var puny = $"{url.Scheme}://{url.IdnHost}{(url.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{url.Port}"))}";
        string[] all =
        [
            url.AbsoluteUri.TrimEnd('/'), server, $"{server}{path}", $"{server}{query}", puny, $"{puny}{path}", $"{puny}{query}",
            .. new[] { path, query }.Where(part => part.Length >= MinGuessed),
        ];
        foreach (var form in all)
        {
            yield return form;
            yield return Uri.UnescapeDataString(form);
        }
    }

    /// <summary>A secret of several lines, such as a key in PEM, is often printed line by line. Marks such as BEGIN say nothing.</summary>
    private static IEnumerable<string> Lines(string secret) => secret.Contains('\n', StringComparison.Ordinal)
        ? secret.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= MinGuessed && !line.StartsWith("-----", StringComparison.Ordinal)).Take(MaxLines)
        : [];

    /// <summary>A number as it is after it was read as one: without zeros in front, or without an exponent.</summary>
    private static IEnumerable<string> Numbers(string secret)
    {
        const int longest = 32;
        if (secret.Length > longest || !double.TryParse(secret, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) yield break;
        yield return number.ToString("R", CultureInfo.InvariantCulture);
        if (decimal.TryParse(secret, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)) yield return exact.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The encoded secret, and the part of it that is the same wherever the secret stands in a longer encoded text: base64 spells three bytes at a time,
    /// so there are three such parts. Each in both alphabets.
    /// </summary>
    private static IEnumerable<string> Base64Pieces(string text)
    {
        var secret = Encoding.UTF8.GetBytes(text);
        var whole = Convert.ToBase64String(secret);
        List<string> pieces = [whole];
        if (whole.TrimEnd('=').Length >= MinBase64PieceLength) pieces.Add(whole.TrimEnd('='));
        for (var before = 0; before < 3; before++)
        {
            var shifted = Convert.ToBase64String([.. new byte[before], .. secret]);
            // Characters that also carry bits of the neighbouring bytes are not ours to match.
            var from = before switch { 0 => 0, 1 => 2, _ => 3 };
            var to = (before + secret.Length) / 3 * 4 + ((before + secret.Length) % 3) switch { 0 => 0, 1 => 1, _ => 2 };
            if (to - from >= MinBase64PieceLength) pieces.Add(shifted[from..to]);
        }

        return pieces.Concat(pieces.Select(piece => piece.Replace('+', '-').Replace('/', '_')));
    }
}
