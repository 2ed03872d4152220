using System.Globalization;

namespace PlaybookOperator.Tools.Http;

/// <summary>
/// Headers that say how a message is framed and not what it means: the connection sets them, and what a playbook says of them could only contradict it.
/// No header is left out without a word: each is sent as given, or refused here.
/// </summary>
internal static class HttpConnectionHeaders
{
    private static readonly string[] s_ofConnection = ["Transfer-Encoding", "Trailer", "TE", "Upgrade", "HTTP2-Settings", "Proxy-Connection", "Keep-Alive"];

    public static void Check(SettingsReader settings, IReadOnlyList<(string Name, string Value)> headers, HttpBody? body)
    {
        foreach (var (name, value) in headers)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) CheckLength(settings, name, value, body);
            else if (s_ofConnection.Contains(name, StringComparer.OrdinalIgnoreCase))
                settings.Fail($"headers.{name}", "is about the connection, which the worker keeps by itself; leave it out.");
        }
    }

    private static void CheckLength(SettingsReader settings, string name, string value, HttpBody? body)
    {
        var length = body?.Content.Length ?? 0;
        if (value.Trim() != length.ToString(CultureInfo.InvariantCulture))
            settings.Fail($"headers.{name}", $"is {value}, and the body has {length} bytes; leave it out, it is counted by itself.");
    }
}
