using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlaybookOperator.Testing;

/// <summary>The forms of a secret that <c>docs/security.md</c> says are replaced, each made by an encoder of its own.</summary>
public static class SecretEncodings
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Those that spell the characters of a secret otherwise.</summary>
    public static IEnumerable<(string Name, string Text)> Escaped(string secret)
    {
        yield return ("itself", secret);
        yield return ("url", Uri.EscapeDataString(secret));
        yield return ("url, lower case", LowerEscapes(Uri.EscapeDataString(secret)));
        yield return ("url, as a form", WebUtility.UrlEncode(secret));
        yield return ("url, every byte", string.Concat(Encoding.UTF8.GetBytes(secret).Select(one => $"%{one:x2}")));
        yield return ("url, some characters", secret.Replace("é", "%c3%A9", StringComparison.Ordinal).Replace("<", "%3C", StringComparison.Ordinal));
        yield return ("json", Json(secret, null));
        yield return ("json, lower case", LowerEscapes(Json(secret, null)));
        yield return ("json, relaxed", Json(secret, s_relaxed));
        yield return ("json, with solidus", Json(secret, s_relaxed).Replace("/", "\\/", StringComparison.Ordinal));
        yield return ("json in json", Json(Json(secret, null), null));
        yield return ("json in json, relaxed", Json(Json(secret, s_relaxed), s_relaxed));
        yield return ("url in json", Json(Uri.EscapeDataString(secret), null));
        yield return ("json in a url", Uri.EscapeDataString(Json(secret, null)));
        yield return ("html", WebUtility.HtmlEncode(secret));
        yield return ("html, in hexadecimal", string.Concat(secret.EnumerateRunes().Select(rune => $"&#x{rune.Value:x};")));
        yield return ("html in json", Json(WebUtility.HtmlEncode(secret), null));
        yield return ("shell", secret.Replace("'", "'\\''", StringComparison.Ordinal));
        yield return ("shell, as Python quotes", secret.Replace("'", "'\"'\"'", StringComparison.Ordinal));
        yield return ("shell, printf %q", string.Concat(secret.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter > '~' ? $"{letter}" : $"\\{letter}")));
        yield return ("shell in json", Json(secret.Replace("'", "'\\''", StringComparison.Ordinal), s_relaxed));
        yield return ("python", secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal));
        yield return ("python, bytes", string.Concat(Encoding.UTF8.GetBytes(secret).Select(one => one == '\\' ? "\\\\" : one < 128 ? $"{(char)one}" : $"\\x{one:x2}")));
        yield return ("c, octal", string.Concat(Encoding.UTF8.GetBytes(secret).Select(one => one == '\\' ? "\\\\" : one < 128 ? $"{(char)one}" : $"\\{Convert.ToString(one, 8)}")));
        yield return ("sql", secret.Replace("'", "''", StringComparison.Ordinal));
        yield return ("csv", secret.Replace("\"", "\"\"", StringComparison.Ordinal));
        yield return ("base64", Base64(secret));
        yield return ("base64, for urls", Base64(secret).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        yield return ("base64 in a url", Uri.EscapeDataString(Base64(secret)));
        yield return ("base64 in json", Json(Base64(secret), null));
    }

    /// <summary>Those in which the secret is a part of something that is encoded as a whole: what must not be left is <c>Telling</c>.</summary>
    public static IEnumerable<(string Name, string Text, string Telling)> Enclosed(string secret)
    {
        foreach (var before in (string[])["", "u", "us"])
        {
            var bytes = Encoding.UTF8.GetBytes(secret);
            var telling = Convert.ToBase64String(bytes[(3 - before.Length)..(9 - before.Length)]);
            yield return ($"base64 after {before.Length}", Base64($"{before}{secret} and more"), telling);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Json(string text, JsonSerializerOptions? options) => JsonSerializer.Serialize(text, options)[1..^1];

    private static string LowerEscapes(string text)
    {
        var lower = new StringBuilder(text);
        for (var i = 0; i + 1 < lower.Length; i++)
        {
            var digits = lower[i] == '%' ? 2 : lower[i] == '\\' && lower[i + 1] == 'u' ? 5 : 0;
            for (var j = 1; j <= digits && i + j < lower.Length; j++) lower[i + j] = char.ToLower(lower[i + j], CultureInfo.InvariantCulture);
        }

        return lower.ToString();
    }
}
