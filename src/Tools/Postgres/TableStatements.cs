using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>A statement with its values in order.</summary>
internal sealed record BoundStatement(string Text, IReadOnlyList<BoundValue> Values);

/// <param name="Text">As the column's type is written; null: SQL's NULL.</param>
/// <param name="Row">Index of its row in <c>data</c>; −1 when <c>data</c> is the row.</param>
internal readonly record struct BoundValue(string? Text, int Row, TableColumn Column)
{
    /// <summary>Where it stands in the settings, such as <c>data[2].amount</c>.</summary>
    public string Place => Row < 0 ? $"data.{Column.Name}" : string.Create(CultureInfo.InvariantCulture, $"data[{Row}].{Column.Name}");
}

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
        var all = write.Rows.Select((row, index) => new TableRow(write.IsList ? index : -1, Named(row, table)));
        foreach (var values in (write.Mode == WriteMode.Insert ? all : LastOfEachKey(all.ToList(), keys)).Chunk(Math.Max(1, MaxParameters / columns.Count)))
        {
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

    /// <summary>
    /// Of rows with one key the last one, as if they had been written one after the other: one statement may touch no row twice. Rows whose key has a null,
    /// or a column left to its default, are each their own.
    /// </summary>
    private static IEnumerable<TableRow> LastOfEachKey(List<TableRow> rows, List<TableColumn> keys)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Count; i++)
            if (KeyOf(rows[i], keys) is { } key) last[key] = i;
        return rows.Where((row, index) => KeyOf(row, keys) is not { } key || last[key] == index);
    }

    /// <summary>Null: it is equal to no other.</summary>
    private static string? KeyOf(TableRow row, List<TableColumn> keys)
    {
        var text = new StringBuilder();
        foreach (var key in keys)
        {
            if (!row.Values.TryGetValue(key, out var value) || BoundText.Of(value, key.Family) is not { } part) return null;
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
        }

        return text.ToString();
    }

    private static BoundStatement Insert(
        WriteMode mode, TableColumns table, List<TableColumn> columns, List<TableColumn> keys, IReadOnlyList<TableRow> rows)
    {
        var values = new List<BoundValue>();
        var text = new StringBuilder($"INSERT INTO {table.Table} ({Names(columns)}) VALUES ");
        foreach (var row in rows)
        {
            text.Append(values.Count == 0 ? "(" : ", (");
            text.AppendJoin(", ", columns.Select(column => row.Values.ContainsKey(column) ? Bind(row, column, values) : "DEFAULT"));
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

    private static BoundStatement Delete(TableColumns table, List<TableColumn> keys, IReadOnlyList<TableRow> rows)
    {
        var values = new List<BoundValue>();
        var matches = rows.Select(row => string.Join(" AND ", keys.Select(key =>
            $"{TableName.Quote(key.Name)} IS NOT DISTINCT FROM {Bind(row, key, values)}")));
        return new($"DELETE FROM {table.Table} WHERE ({string.Join(") OR (", matches.ToList())})", values);
    }

    private static string Bind(TableRow row, TableColumn column, List<BoundValue> values)
    {
        values.Add(new(BoundText.Of(row.Values.GetValueOrDefault(column), column.Family), row.Index, column));
        return $"${values.Count}";
    }

    private static string Names(IEnumerable<TableColumn> columns) => string.Join(", ", columns.Select(column => TableName.Quote(column.Name)));

    private static string List(TableColumns table) => string.Join(", ", table.Columns.Take(30).Select(column => column.Name));

    private static WorkError Wrong(string message) => new(WorkErrorKind.Sink, $"sink: {message}");

    /// <param name="Index">In <c>data</c>; −1 when <c>data</c> is the row.</param>
    private sealed record TableRow(int Index, Dictionary<TableColumn, Value> Values);
}
