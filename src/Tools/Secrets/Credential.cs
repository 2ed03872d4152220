using System.Text;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Secrets;

/// <summary>The ways in which <c>auth</c> can be used.</summary>
internal enum CredentialType
{
    /// <summary>The secret is a token.</summary>
    Bearer,

    /// <summary>The secret is <c>user:password</c>.</summary>
    Basic,

    /// <summary>The secret is the value of the header that <c>auth.header</c> names.</summary>
    Header,

    /// <summary>The secret is a connection string.</summary>
    Postgres,
}

/// <summary>A resolved <c>auth</c>.</summary>
/// <param name="Secret">The secret's value.</param>
/// <param name="Header">The header's name; null unless <see cref="CredentialType.Header"/>.</param>
internal sealed record Credential(CredentialType Type, string Secret, string? Header)
{
    /// <summary>
    /// Reads <c>auth: NAME</c> or <c>auth: {secret: NAME, type, header}</c>; without <c>type</c> it is <paramref name="fallback"/>.
    /// Neither a credential nor an error: there is no <c>auth</c>.
    /// </summary>
    public static async ValueTask<(Credential? Credential, WorkError? Error)> ReadAsync(
        SettingsReader settings, CredentialType fallback, SecretScope secrets, CancellationToken cancellationToken)
    {
        if (!settings.Has("auth")) return (null, null);
        var auth = settings.Get("auth");
        var path = settings.Path("auth");
        var name = auth.Kind == ValueKind.Map ? auth.GetMember("secret") : auth;
        if (!name.TryGetString(out var secretName) || secretName.Length == 0)
            return (null, CallErrors.Configuration(path, "must be the name of a secret, or a map with secret and type."));
        if (TypeOf(auth.GetMember("type"), fallback) is not { } type)
            return (null, CallErrors.Configuration($"{path}.type", "must be bearer, basic, header or postgres."));
        auth.GetMember("header").TryGetString(out var header);
        if (type == CredentialType.Header && string.IsNullOrEmpty(header))
            return (null, CallErrors.Configuration($"{path}.header", "is required by type header: the name of the header."));
        var (value, error) = await secrets.ReadAsync(secretName, cancellationToken);
        return error is not null ? (null, error) : (new Credential(type, value!, header), null);
    }

    /// <summary>The header that carries it; null for <see cref="CredentialType.Postgres"/>.</summary>
    public (string Name, string Value)? ToHeader(SecretScope secrets)
    {
        switch (Type)
        {
            case CredentialType.Bearer:
                return ("Authorization", $"Bearer {Secret}");
            case CredentialType.Header:
                return (Header!, Secret);
            case CredentialType.Basic:
                // The password alone is as secret as the pair.
                if (Secret.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0) secrets.HidePart(Secret[(colon + 1)..]);
                return ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))}");
            default:
                return null;
        }
    }

    private static CredentialType? TypeOf(Value type, CredentialType fallback) => type.Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => fallback,
        ValueKind.String => type.ToText() switch
        {
            "bearer" => CredentialType.Bearer,
            "basic" => CredentialType.Basic,
            "header" => CredentialType.Header,
            "postgres" => CredentialType.Postgres,
            _ => null,
        },
        _ => null,
    };
}
