using System.Text;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>A statement with its values in order.</summary>
internal sealed record BoundStatement(string Text, IReadOnlyList<string?> Values);

/// <summary>Builds the statements of a <see cref="TableWrite"/>: names are quoted, values are bound.</summary>
internal static class TableStatements
{
    /// <summary>The protocol numbers parameters with 16 bits.</summary>
    private const int MaxParameters = 32_000;

    public static (IReadOnlyList<BoundStatement> Statements, WorkError? Error) Build(TableWrite write, TableColumns? table)
    {
        if (table is null) return ([], Wrong($"the table {write.Table.Text} does not exist, or its schema may not be used."));
        var columns = new List<TableColumn>();
        foreach (var name in write.Rows.SelectMany(row => row.Members).Select(member => member.Key).Concat(write.Key).Distinct(StringComparer.Ordinal))
        {
            if (table.Find(name) is not { } column) return ([], Wrong($"the table {write.Table.Text} has no column {name}; it has {List(table)}."));
            if (!columns.Contains(column)) columns.Add(column);
        }

        var keys = write.Key.Select(name => table.Find(name)!).Distinct().ToList();
        var statements = new List<BoundStatement>();
        foreach (var rows in write.Rows.Chunk(Math.Max(1, MaxParameters / columns.Count)))
        {
            var values = rows.Select(row => Named(row, table)).ToList();
            if (write.Mode == WriteMode.Replace) statements.Add(Delete(table, keys, values));
            statements.Add(Insert(write.Mode, table, columns, keys, values));
        }

        return (Ordered(statements, write.Mode), null);
    }

    /// <summary>All deletions come first, or a later chunk would delete what an earlier one has inserted.</summary>
    private static List<BoundStatement> Ordered(List<BoundStatement> statements, WriteMode mode) =>
        mode == WriteMode.Replace ? [.. statements.Where((_, index) => index % 2 == 0), .. statements.Where((_, index) => index % 2 == 1)] : statements;

    private static Dictionary<TableColumn, Value> Named(Value row, TableColumns table)
    {
        var values = new Dictionary<TableColumn, Value>();
        foreach (var (name, value) in row.Members) values[table.Find(name)!] = value;
        return values;
    }

    private static BoundStatement Insert(
        WriteMode mode, TableColumns table, List<TableColumn> columns, List<TableColumn> keys, List<Dictionary<TableColumn, Value>> rows)
    {
        var values = new List<string?>();
        var text = new StringBuilder($"INSERT INTO {table.Table} ({Names(columns)}) VALUES ");
        for (var i = 0; i < rows.Count; i++)
        {
            text.Append(i == 0 ? "(" : ", (");
            text.AppendJoin(", ", columns.Select(column => rows[i].TryGetValue(column, out var value) ? Bind(value, column, values) : "DEFAULT"));
            text.Append(')');
        }

        if (mode == WriteMode.Upsert) text.Append(OnConflict(columns, keys));
        return new(text.ToString(), values);
    }

    private static string OnConflict(List<TableColumn> columns, List<TableColumn> keys)
    {
        var changed = columns.Except(keys).Select(column => TableName.Quote(column.Name)).Select(name => $"{name} = EXCLUDED.{name}").ToList();
        return $" ON CONFLICT ({Names(keys)}) DO {(changed.Count == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", changed)}")}";
    }

    private static BoundStatement Delete(TableColumns table, List<TableColumn> keys, List<Dictionary<TableColumn, Value>> rows)
    {
        var values = new List<string?>();
        var matches = rows.Select(row => string.Join(" AND ", keys.Select(key =>
            $"{TableName.Quote(key.Name)} IS NOT DISTINCT FROM {Bind(row.GetValueOrDefault(key), key, values)}")));
        return new($"DELETE FROM {table.Table} WHERE ({string.Join(") OR (", matches.ToList())})", values);
    }

    private static string Bind(Value value, TableColumn column, List<string?> values)
    {
        values.Add(BoundText.Of(value, column.Family));
        return $"${values.Count}";
    }

    private static string Names(IEnumerable<TableColumn> columns) => string.Join(", ", columns.Select(column => TableName.Quote(column.Name)));

    private static string List(TableColumns table) => string.Join(", ", table.Columns.Take(30).Select(column => column.Name));

    private static WorkError Wrong(string message) => new(WorkErrorKind.Sink, $"sink: {message}");
}
