using Npgsql;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>A database of one test.</summary>
public sealed class Tables(PrivateDatabase database) : IAsyncDisposable
{
    public string ConnectionString => database.ConnectionString;

    /// <summary>As an argument of <c>playbook run</c>: the connection string as the secret <c>DB</c>.</summary>
    public string[] Secret => ["--secret", $"DB={ConnectionString}"];

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every row as text, its columns separated by |; null is the word null.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column =>
                reader.IsDBNull(column) ? "null" : Convert.ToString(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async Task<long> CountAsync(string table) => long.Parse((await RowsAsync($"SELECT count(*) FROM {table}"))[0]);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
