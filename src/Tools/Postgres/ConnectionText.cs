using System.Globalization;
using Npgsql;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// Reads a connection string in one of three spellings: a URI (<c>postgres://user:password@host:port/database?sslmode=require</c>),
/// libpq's <c>key=value</c> with spaces, or ADO's <c>Key=Value;</c>. Messages never hold a part of it, nor what a library says of it: what seems to be
/// the name of a parameter, or a port, may be the rest of a password that should have been quoted.
/// </summary>
internal static class ConnectionText
{
    private const string Neither = "it is neither a postgres:// URI nor key=value pairs";

    /// <summary>libpq's parameters that have no meaning here: only of these the name can be told, since it is no part of a password.</summary>
    private static readonly HashSet<string> s_unsupported = new(
        [
            "passfile", "require_auth", "client_encoding", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
            "replication", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslcertmode", "sslcrl", "sslcrldir", "sslsni", "sslnegotiation", "requirepeer",
            "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib", "gssdelegation", "service", "load_balance_hosts", "requiressl",
        ],
        StringComparer.Ordinal);

    /// <exception cref="FormatException">It is none of them, or has a parameter that is not known here.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        var trimmed = text.Trim();
        var builder = new NpgsqlConnectionStringBuilder();
        try
        {
            if (IsUri(trimmed)) ReadUri(trimmed, builder);
            else if (trimmed.Contains(';', StringComparison.Ordinal)) builder.ConnectionString = trimmed;
            else ReadPairs(trimmed, builder);
        }
        catch (Exception exception) when (exception is not OwnException && exception is ArgumentException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            // Without the cause: it quotes.
            throw Wrong(Neither);
        }

        if (string.IsNullOrEmpty(builder.Host)) throw Wrong("it names no host");
        builder.ApplicationName ??= "playbook-worker";
        // Which key, which value: the author of the statement needs it, and what leaves the worker is masked.
        builder.IncludeErrorDetail = true;
        return builder;
    }

    /// <summary>Null: it is none.</summary>
    public static NpgsqlConnectionStringBuilder? TryRead(string text)
    {
        if (!IsUri(text) && !text.Contains('=', StringComparison.Ordinal)) return null;
        try
        {
            return Read(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool IsUri(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static void ReadUri(string text, NpgsqlConnectionStringBuilder builder)
    {
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.IndexOfAny(['/', '?', '#'], authority);
        // A password with one of these would end there, and its rest would be asked for as a port or a database.
        if (end >= 0 && text.LastIndexOf('@') > end && text.IndexOf('@', authority, end - authority) < 0)
            throw Wrong("user and password of the URI have a character / ? # or @ that is not percent-encoded");
        var uri = new Uri(text);
        var credentials = uri.UserInfo.Split(':', 2);
        if (credentials[0].Length > 0) builder.Username = Uri.UnescapeDataString(credentials[0]);
        if (credentials.Length == 2) builder.Password = Uri.UnescapeDataString(credentials[1]);
        if (uri.Host.Length > 0) builder.Host = uri.Host.Trim('[', ']');
        if (uri.Port > 0) builder.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        // Only behind a password that has certainly ended a name is a name.
        var mayTell = end < 0 || text.LastIndexOf('@') < end;
        foreach (var (name, value) in Http.HttpQuery.Read(uri.Query)) Set(builder, name, value, mayTell);
    }

    private static void ReadPairs(string text, NpgsqlConnectionStringBuilder builder)
    {
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0) throw Wrong(Neither);
            var name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            Set(builder, name, ReadValue(ref rest), mayTell: false);
            rest = rest.TrimStart();
        }
    }

    /// <summary>Up to a space, or up to the closing quote; a backslash takes the next letter as it is.</summary>
    private static string ReadValue(ref ReadOnlySpan<char> rest)
    {
        var value = new System.Text.StringBuilder();
        var quoted = rest.StartsWith('\'');
        var at = quoted ? 1 : 0;
        for (; at < rest.Length; at++)
        {
            if (quoted ? rest[at] == '\'' : char.IsWhiteSpace(rest[at])) break;
            if (rest[at] == '\\' && at + 1 < rest.Length) at++;
            value.Append(rest[at]);
        }

        rest = rest[Math.Min(rest.Length, quoted ? at + 1 : at)..];
        return value.ToString();
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value, bool mayTell)
    {
        switch (name.ToLowerInvariant())
        {
            case "host" or "hostaddr": builder.Host = value; break;
            case "port": builder.Port = Number("port", value, 1, 65535); break;
            case "user" or "username": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "dbname" or "database": builder.Database = value; break;
            case "sslmode": builder.SslMode = SslModeOf(value); break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "application_name": builder.ApplicationName = value; break;
            case "connect_timeout": builder.Timeout = Number("connect_timeout", value, 0, 1024); break;
            case "options": builder.Options = value; break;
            case "target_session_attrs": builder.TargetSessionAttributes = value; break;
            case "channel_binding" or "gssencmode" or "fallback_application_name": break;
            case var known when s_unsupported.Contains(known): throw Wrong($"its parameter {known} is not supported here");
            default: throw Wrong(mayTell ? $"its parameter {name} is not known here" : "it has a parameter that is not known here; a value with spaces must stand in quotes");
        }
    }

    private static int Number(string name, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong($"its {name} must be a number from {min} to {max}");

    private static SslMode SslModeOf(string value) =>
        Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode) && Enum.IsDefined(mode)
            ? mode
            : throw Wrong("its sslmode must be disable, allow, prefer, require, verify-ca or verify-full");

    private static OwnException Wrong(string message) => new(message);

    /// <summary>In our own words.</summary>
    private sealed class OwnException(string message) : FormatException(message);
}
