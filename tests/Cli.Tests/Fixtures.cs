using Npgsql;
using PlaybookOperator.Cli.Tests;
using PlaybookOperator.SampleApi;
using PlaybookOperator.Testing;

[assembly: AssemblyFixture(typeof(SampleFixture))]
[assembly: AssemblyFixture(typeof(ResultsFixture))]

namespace PlaybookOperator.Cli.Tests;

/// <summary>One sample API for all tests; they keep apart by run key.</summary>
public sealed class SampleFixture : IAsyncLifetime
{
    private SampleServer? _server;

    public string Url => _server!.Url;

    public async ValueTask InitializeAsync() => _server = await SampleServer.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}

/// <summary>A database with the table that the seed scenario writes to; tests tell their rows apart by execution.</summary>
public sealed class ResultsFixture : IAsyncLifetime
{
    private PrivateDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    /// <summary>As a playbook's secret holds it.</summary>
    public string Uri
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            var account = string.IsNullOrEmpty(parts.Password) ? parts.Username : $"{parts.Username}:{parts.Password}";
            return parts.Host!.StartsWith('/')
                ? $"postgresql://{account}@/{parts.Database}?host={System.Uri.EscapeDataString(parts.Host)}&port={parts.Port}"
                : $"postgresql://{account}@{parts.Host}:{parts.Port}/{parts.Database}";
        }
    }

    public async ValueTask InitializeAsync()
    {
        var postgres = await PrivatePostgres.SharedAsync();
        _database = await postgres.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            CREATE SCHEMA noetl_test;
            CREATE TABLE noetl_test.pagination_loop_results (
              execution_id bigint, endpoint_name text, endpoint_path text, page_size int, result_count int, iteration_index int, iteration_count int);
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Result count, iteration index and iteration count of the rows of one execution, by index.</summary>
    public async Task<IReadOnlyList<(int Results, int Index, int Count)>> RowsAsync(string execution)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT result_count, iteration_index, iteration_count FROM noetl_test.pagination_loop_results WHERE execution_id = $1 ORDER BY iteration_index",
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = long.Parse(execution) });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(int, int, int)>();
        while (await reader.ReadAsync()) rows.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2)));
        return rows;
    }

    public ValueTask DisposeAsync() => _database is null ? ValueTask.CompletedTask : _database.DisposeAsync();
}
