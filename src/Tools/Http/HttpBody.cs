using System.Text;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>
/// What is sent: a text as it is, everything else as JSON, or a map as a form when the content type says so, in the charset of the content type or UTF-8;
/// with <c>encoding: base64</c> the bytes that the text stands for.
/// </summary>
/// <param name="ContentType">Null when the playbook's own header says it.</param>
internal sealed record HttpBody(byte[] Content, string? ContentType)
{
    private const string ContentTypeHeader = "headers.Content-Type";

    /// <summary>Null without <c>body</c>, and when something is wrong, which the settings then tell; a body that is null counts as none.</summary>
    public static HttpBody? Read(SettingsReader settings, string? contentType)
    {
        var isBase64 = ReadEncoding(settings);
        if (!settings.Has("body")) return null;
        var body = settings.Get("body");
        if (isBase64) return Bytes(settings, body, contentType);
        var type = MediaType.Parse(contentType);
        if (type.IsMultipart && !CheckMultipart(settings, type, body)) return null;
        if (type.IsForm && body.Kind == ValueKind.Map) return new(Encoding.UTF8.GetBytes(HttpQuery.Write(HttpQuery.Pairs(body.Members))), null);
        var isText = body.TryGetString(out var text);
        if (isText && type.IsBinary)
        {
            settings.Fail("body", $"is text, and {ContentTypeHeader} is {type.Type}, which are bytes; encoding: base64 sends those that a text in base64 stands for.");
            return null;
        }

        var standard = isText ? "text/plain; charset=utf-8" : "application/json";
        return Encode(settings, type, isText ? text : body.ToJson()) is { } content ? new(content, contentType is null ? standard : null) : null;
    }

    private static bool ReadEncoding(SettingsReader settings)
    {
        if (settings.Text("encoding") is not { } encoding) return false;
        if (encoding == "base64") return true;
        settings.Fail("encoding", "must be base64: the body is then the bytes that its text stands for.");
        return false;
    }

    private static HttpBody? Bytes(SettingsReader settings, Value body, string? contentType)
    {
        try
        {
            if (body.TryGetString(out var text)) return new(Convert.FromBase64String(text), contentType is null ? "application/octet-stream" : null);
        }
        catch (FormatException)
        {
            // Told below, as what is no text at all.
        }

        settings.Fail("body", "must be text in base64, as encoding says.");
        return null;
    }

    /// <summary>Parts are the playbook's to write; what would go out without them no server could read.</summary>
    private static bool CheckMultipart(SettingsReader settings, MediaType type, Value body)
    {
        if (type.Boundary is null)
            settings.Fail(ContentTypeHeader, $"{type.Type} needs a boundary, as in {type.Type}; boundary=X, and a body that is the text of its parts; a map is sent as application/x-www-form-urlencoded or as JSON.");
        else if (body.Kind != ValueKind.String)
            settings.Fail("body", $"must be the text of the parts, since {ContentTypeHeader} is {type.Type}, not a {body.TypeName}.");
        else return true;
        return false;
    }

    private static byte[]? Encode(SettingsReader settings, MediaType type, string text)
    {
        if (type.Charset is not { } name) return Encoding.UTF8.GetBytes(text);
        if (Charsets.Find(name) is not { } encoding)
        {
            settings.Fail(ContentTypeHeader, $"names the charset {settings.Show(Value.From(name))}, which is not known here; utf-8 is.");
            return null;
        }

        try
        {
            // A reader cannot tell the order of the bytes of UTF-16 and UTF-32 without their mark.
            return encoding is UTF8Encoding ? encoding.GetBytes(text) : [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
        }
        catch (EncoderFallbackException)
        {
            settings.Fail("body", $"has a character that {name}, the charset of {ContentTypeHeader}, has not; utf-8 has all.");
            return null;
        }
    }
}
