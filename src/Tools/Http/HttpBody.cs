using System.Text;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>What is sent: a text as it is, everything else as JSON, or a map as a form when the content type says so.</summary>
/// <param name="ContentType">Null when the playbook's own header says it.</param>
internal sealed record HttpBody(byte[] Content, string? ContentType)
{
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>Null without <c>body</c>; a body that is null counts as none.</summary>
    public static HttpBody? Read(SettingsReader settings, string? contentType)
    {
        if (!settings.Has("body")) return null;
        var body = settings.Get("body");
        if (body.TryGetString(out var text)) return new(Encoding.UTF8.GetBytes(text), contentType is null ? "text/plain; charset=utf-8" : null);
        if (body.Kind == ValueKind.Map && contentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true)
            return new(Encoding.UTF8.GetBytes(HttpQuery.Write(body.Members.Select(member => (member.Key, member.Value.ToText())))), null);
        return new(Encoding.UTF8.GetBytes(body.ToJson()), contentType is null ? "application/json" : null);
    }
}
