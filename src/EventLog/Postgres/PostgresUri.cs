using System.Globalization;
using Npgsql;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Reads <c>postgres://user:password@host:port/database?sslmode=require</c>, the form that other tools print.</summary>
internal static class PostgresUri
{
    /// <summary>The Npgsql form of a URI; any other text as it is.</summary>
    /// <exception cref="ArgumentException">The URI or one of its settings cannot be read.</exception>
    public static string ToConnectionString(string text)
    {
        if (!text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            return text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new ArgumentException("The database URI cannot be read; it looks like postgres://user:password@host:5432/database.", nameof(text));
        var settings = new NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.Port > 0 ? uri.Port : 5432 };
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) settings.Password = Uri.UnescapeDataString(user[1]);
        if (uri.AbsolutePath.Length > 1) settings.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)) Set(settings, pair);
        return settings.ConnectionString;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string pair)
    {
        var parts = pair.Split('=', 2);
        var value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        // The names that differ between libpq and Npgsql.
        switch (parts[0])
        {
            case "host": settings.Host = value; break;
            case "port": settings.Port = int.Parse(value, CultureInfo.InvariantCulture); break;
            case "user": settings.Username = value; break;
            case "dbname": settings.Database = value; break;
            case "sslmode": settings.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
            case "sslrootcert": settings.RootCertificate = value; break;
            case "connect_timeout" or "application_name": break;
            default: settings[parts[0]] = value; break;
        }
    }
}
