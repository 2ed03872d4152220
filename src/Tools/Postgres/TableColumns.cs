using Npgsql;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>A column's name and how values are spelled for it.</summary>
internal sealed record TableColumn(string Name, ColumnFamily Family);

/// <summary>What matters about a column's type when a value is sent as text.</summary>
internal enum ColumnFamily
{
    /// <summary>The server reads the text itself.</summary>
    Other,

    /// <summary><c>json</c> or <c>jsonb</c>.</summary>
    Json,

    /// <summary><c>smallint</c>, <c>integer</c>, <c>bigint</c>: no decimal point allowed.</summary>
    Integer,

    /// <summary>Any array type.</summary>
    Array,
}

/// <summary>The columns of one table. Immutable.</summary>
/// <param name="Table">The table's name, quoted where needed by the server itself.</param>
internal sealed record TableColumns(string Table, IReadOnlyList<TableColumn> Columns)
{
    private static readonly string s_lookUp = Sql.Read("columns.sql");

    /// <summary>The column of that name; without one in these letters, the one in lower case, as SQL would read it.</summary>
    public TableColumn? Find(string name)
    {
        var folded = name.ToLowerInvariant();
        return Columns.FirstOrDefault(column => column.Name == name) ?? Columns.FirstOrDefault(column => column.Name == folded);
    }

    public static async Task<TableColumns?> LookUpAsync(NpgsqlConnection connection, TableName table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(s_lookUp, connection);
        command.Parameters.Add(BoundText.Parameter(table.Exact));
        command.Parameters.Add(BoundText.Parameter(table.Folded));
        command.AllResultTypesAreUnknown = true;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var name = "";
        var columns = new List<TableColumn>();
        while (await reader.ReadAsync(cancellationToken))
        {
            name = reader.GetString(0);
            columns.Add(new TableColumn(reader.GetString(1), FamilyOf(reader.GetString(2), reader.GetString(3))));
        }

        return columns.Count == 0 ? null : new TableColumns(name, columns);
    }

    /// <param name="type">Name of the type, or of what a domain is made of.</param>
    /// <param name="category">As in <c>pg_type</c>.</param>
    internal static ColumnFamily FamilyOf(string type, string category) => (type, category) switch
    {
        ("json" or "jsonb", _) => ColumnFamily.Json,
        ("int2" or "int4" or "int8", _) => ColumnFamily.Integer,
        (_, "A") => ColumnFamily.Array,
        _ => ColumnFamily.Other,
    };
}
