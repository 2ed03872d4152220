using Npgsql;
using PlaybookOperator.Testing;
using PlaybookOperator.Worker.Tests.Tools.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

/// <summary>A database of its own for these tests, with the tables they write to.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PrivateDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        var postgres = await PrivatePostgres.SharedAsync();
        _database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync("""
            CREATE SCHEMA shop;
            CREATE TABLE shop.kinds (
              id int GENERATED ALWAYS AS IDENTITY, tag text NOT NULL, i int, b bigint, n numeric(12,3), t text, v varchar(5), j jsonb, js json,
              f float8, ok boolean, at timestamptz, d date, tags text[], nums int[], u uuid, raw bytea, "Odd ""name" text, filled text DEFAULT 'default');
            CREATE TABLE shop.stock (name text, place text, amount int, PRIMARY KEY (name, place));
            CREATE TABLE shop."Mixed.Case" ("Key" text PRIMARY KEY, value text);
            CREATE DOMAIN shop.payload AS jsonb;
            CREATE TABLE shop.domains (id int PRIMARY KEY, body shop.payload);
            """);
    }

    public ValueTask DisposeAsync() => _database is null ? ValueTask.CompletedTask : _database.DisposeAsync();

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, as text.</summary>
    public async Task<string?> ReadAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return await command.ExecuteScalarAsync() as string;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
