using System.Net;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Tools.Postgres;

namespace PlaybookOperator.Tools;

/// <summary>
/// What is costly to make and shared by calls: the HTTP connections, and one small pool of database connections per connection string.
/// Thread-safe.
/// </summary>
public sealed class ToolInstances : IDisposable
{
    public static readonly BoundedCacheOptions DefaultBounds = new() { Name = "tool_instance", MaxEntries = 100, TimeToLive = TimeSpan.FromSeconds(300) };

    /// <summary>Keys are listed; without it a weak password could be guessed from one.</summary>
    private static readonly byte[] s_salt = RandomNumberGenerator.GetBytes(32);

    private readonly BoundedCache<string, PostgresServer> _servers;
    private readonly HttpMessageInvoker _http;

    public ToolInstances(TimeProvider time)
        : this(time, DefaultBounds)
    {
    }

    public ToolInstances(TimeProvider time, BoundedCacheOptions options)
    {
        _servers = new BoundedCache<string, PostgresServer>(options, time, onEvicted: static eviction => eviction.Value?.Dispose());
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // Nothing of one iteration may be seen by another.
            UseCookies = false,
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 << 10,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
    }

    /// <summary>Sizes, hits and misses, for metrics.</summary>
    public IBoundedCache Cache => _servers;

    internal HttpMessageInvoker Http => _http;

    /// <summary>The pool for a connection string; its key is a hash, so that the cache can be listed.</summary>
    internal PostgresServer Server(NpgsqlConnectionStringBuilder connection)
    {
        var text = connection.ConnectionString;
        var key = $"postgres/{Convert.ToHexStringLower(HMACSHA256.HashData(s_salt, Encoding.UTF8.GetBytes(text)))[..16]}";
        return _servers.GetOrAdd(key, _ => new PostgresServer(connection));
    }

    public void Dispose()
    {
        _servers.Clear();
        _http.Dispose();
    }
}
