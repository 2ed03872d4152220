using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace PlaybookOperator.Testing;

/// <summary>
/// A PostgreSQL server for tests: one a process (<see cref="SharedAsync"/>), in a temporary folder of its own, gone with the process however that
/// ends. Databases on it are cheap copies of a template. Thread-safe.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivatePostgres>> s_shared = new(() => StartAsync(PrivatePostgresOptions.FromEnvironment()));
    private static int s_databases;

    private readonly PrivatePostgresServer? _server;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _created = [];

    private PrivatePostgres(PrivatePostgresServer? server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
    }

    /// <summary>To the server's maintenance database, as superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>The server of this process.</summary>
    public static Task<PrivatePostgres> SharedAsync() => s_shared.Value;

    /// <summary>A server of one's own, for tests that stop it and for measurements.</summary>
    /// <exception cref="InvalidOperationException">No PostgreSQL is installed (the message names the package), or it does not start.</exception>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options)
    {
        if (options.External is { } external)
        {
            var postgres = new PrivatePostgres(server: null, external);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => postgres.DropCreated();
            return postgres;
        }

        var server = await PrivatePostgresServer.StartAsync(options);
        return new PrivatePostgres(server, server.ConnectionString);
    }

    /// <summary>An empty database; dropped when disposed.</summary>
    public Task<PrivateDatabase> CreateDatabaseAsync() => CreateDatabaseAsync("template0");

    /// <summary>
    /// A copy of a database that <paramref name="prepare"/> fills once a process; <paramref name="template"/> names it. The preparation gets a
    /// connection string and must leave no connection open.
    /// </summary>
    public async Task<PrivateDatabase> CreateDatabaseAsync(string template, Func<string, Task> prepare)
    {
        var ready = _templates.GetOrAdd(template, _ => new Lazy<Task<string>>(() => PrepareAsync(prepare)));
        return await CreateDatabaseAsync(await ready.Value);
    }

    /// <summary>Stops the server as an administrator would, or at once, and starts it again on the same address; open connections break.</summary>
    public Task RestartAsync() => Own.RestartAsync();

    /// <summary>Stops the server and leaves its data; <see cref="ContinueAsync"/> starts it again.</summary>
    public Task StopAsync() => Own.StopAsync();

    public Task ContinueAsync() => Own.ContinueAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        else DropCreated();
    }

    /// <summary>On a private server databases go with the server: dropping one by one would cost a checkpoint each.</summary>
    internal async Task DropAsync(string name)
    {
        if (_server is not null) return;
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
        await drop.ExecuteNonQueryAsync();
    }

    private PrivatePostgresServer Own => _server ?? throw new InvalidOperationException("The server named by TEST_POSTGRES is not ours to stop.");

    private async Task<string> PrepareAsync(Func<string, Task> prepare)
    {
        var database = await CreateDatabaseAsync("template0");
        await prepare(database.ConnectionString);
        return database.Name;
    }

    private async Task<PrivateDatabase> CreateDatabaseAsync(string template)
    {
        var number = Interlocked.Increment(ref s_databases);
        var name = string.Create(CultureInfo.InvariantCulture, $"playbook_test_{Environment.ProcessId}_{number}");
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await create.ExecuteNonQueryAsync();
        _created.Add(name);
        return new PrivateDatabase(this, name, new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString);
    }

    /// <summary>On a server that is not ours; if it is gone, so is our duty.</summary>
    private void DropCreated()
    {
        try
        {
            using var connection = new NpgsqlConnection(ConnectionString);
            connection.Open();
            foreach (var name in _created)
            {
                using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
                drop.ExecuteNonQuery();
            }
        }
        catch (NpgsqlException e)
        {
            Console.Error.WriteLine($"Databases named playbook_test_{Environment.ProcessId}_* were left behind: {e.Message}");
        }
    }
}
