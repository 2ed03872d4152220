using Npgsql;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>
/// Reads a connection string in one of three spellings: a URI (<c>postgres://user:password@host:port/database?sslmode=require</c>),
/// libpq's <c>key=value</c> with spaces, or ADO's <c>Key=Value;</c>. Messages never hold a part of it.
/// </summary>
internal static class ConnectionText
{
    /// <exception cref="FormatException">It is none of them, or has a parameter that is not known here.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        var trimmed = text.Trim();
        var builder = new NpgsqlConnectionStringBuilder();
        try
        {
            if (trimmed.StartsWith("postgres://", StringComparison.Ordinal) || trimmed.StartsWith("postgresql://", StringComparison.Ordinal)) ReadUri(trimmed, builder);
            else if (trimmed.Contains(';', StringComparison.Ordinal)) builder.ConnectionString = trimmed;
            else ReadPairs(trimmed, builder);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or UriFormatException or KeyNotFoundException)
        {
            throw new FormatException(exception is FormatException ? exception.Message : "it is neither a postgres:// URI nor key=value pairs", exception);
        }

        if (string.IsNullOrEmpty(builder.Host)) throw new FormatException("it names no host");
        builder.ApplicationName ??= "playbook-worker";
        // Which key, which value: the author of the statement needs it, and what leaves the worker is masked.
        builder.IncludeErrorDetail = true;
        return builder;
    }

    private static void ReadUri(string text, NpgsqlConnectionStringBuilder builder)
    {
        var uri = new Uri(text);
        var credentials = uri.UserInfo.Split(':', 2);
        if (credentials[0].Length > 0) builder.Username = Uri.UnescapeDataString(credentials[0]);
        if (credentials.Length == 2) builder.Password = Uri.UnescapeDataString(credentials[1]);
        if (uri.Host.Length > 0) builder.Host = uri.Host.Trim('[', ']');
        if (uri.Port > 0) builder.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var (name, value) in Http.HttpQuery.Read(uri.Query)) Set(builder, name, value);
    }

    private static void ReadPairs(string text, NpgsqlConnectionStringBuilder builder)
    {
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0) throw new FormatException("it is neither a postgres:// URI nor key=value pairs");
            var name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            Set(builder, name, ReadValue(ref rest));
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

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "host" or "hostaddr": builder.Host = value; break;
            case "port": builder.Port = int.Parse(value); break;
            case "user" or "username": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "dbname" or "database": builder.Database = value; break;
            case "sslmode": builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "application_name": builder.ApplicationName = value; break;
            case "connect_timeout": builder.Timeout = int.Parse(value); break;
            case "options": builder.Options = value; break;
            case "target_session_attrs": builder.TargetSessionAttributes = value; break;
            case "channel_binding" or "gssencmode" or "fallback_application_name": break;
            default: throw new FormatException($"its parameter {name} is not known here");
        }
    }
}
