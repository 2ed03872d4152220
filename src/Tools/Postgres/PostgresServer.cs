using System.Collections.Concurrent;
using Npgsql;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>The connections to one database under one credential, and what was learnt about its tables and of statements' parameters. Thread-safe.</summary>
internal sealed class PostgresServer : IDisposable
{
    private const int MaxConnections = 16;
    private const int MaxLearnt = 100;
    private readonly NpgsqlDataSource _source;
    private readonly ConcurrentDictionary<string, TableColumns> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<ColumnFamily>> _statements = new(StringComparer.Ordinal);

    public PostgresServer(NpgsqlConnectionStringBuilder connection)
    {
        var bounded = new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            MinPoolSize = 0,
            MaxPoolSize = MaxConnections,
            ConnectionIdleLifetime = 30,
            // Our own timeouts cancel commands.
            CommandTimeout = 0,
            Timeout = connection.Timeout is 0 or > 15 ? 10 : connection.Timeout,
            // A playbook's statements are many and each is run once.
            MaxAutoPrepare = 0,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(bounded.ConnectionString);
        builder.EnableTransportSecurity();
        _source = builder.Build();
    }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>The columns of a table, looked up once; null when there is no such table that this user may see.</summary>
    public async ValueTask<TableColumns?> ColumnsAsync(NpgsqlConnection connection, TableName table, CancellationToken cancellationToken)
    {
        if (_tables.TryGetValue(table.Text, out var known)) return known;
        var found = await TableColumns.LookUpAsync(connection, table, cancellationToken);
        if (found is not null) Keep(_tables, table.Text, found);
        return found;
    }

    /// <summary>The types of a statement's parameters <c>$1</c>, <c>$2</c>, …, looked up once; none when it cannot be prepared.</summary>
    public async ValueTask<IReadOnlyList<ColumnFamily>> ParametersAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        if (_statements.TryGetValue(statement, out var known)) return known;
        var found = await StatementParameters.LookUpAsync(connection, statement, cancellationToken);
        if (found.Count > 0) Keep(_statements, statement, found);
        return found;
    }

    /// <summary>After an error that a changed table may have caused.</summary>
    public void Forget(TableName table) => _tables.TryRemove(table.Text, out _);

    /// <summary>After an error that a type which has changed may have caused.</summary>
    public void Forget(string statement) => _statements.TryRemove(statement, out _);

    public void Dispose() => _source.Dispose();

    private static void Keep<T>(ConcurrentDictionary<string, T> learnt, string key, T value)
    {
        if (learnt.Count >= MaxLearnt) learnt.Clear();
        learnt[key] = value;
    }
}
