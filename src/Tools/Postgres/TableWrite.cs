using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

internal enum WriteMode
{
    /// <summary>A row that breaks a constraint is an error.</summary>
    Insert,

    /// <summary>A row with an existing key changes that row.</summary>
    Upsert,

    /// <summary>Rows with these keys are deleted, then all are inserted.</summary>
    Replace,
}

/// <summary>Rows for a table, checked as far as that goes without the database.</summary>
/// <param name="Key">The columns that identify a row; empty only for <see cref="WriteMode.Insert"/>.</param>
/// <param name="Rows">Maps from column to value.</param>
/// <param name="IsList">False: <c>data</c> is one map, the only row.</param>
internal sealed record TableWrite(TableName Table, WriteMode Mode, IReadOnlyList<string> Key, IReadOnlyList<Value> Rows, bool IsList)
{
    public const int MaxRows = 100_000;

    /// <summary>Null when something is wrong; <see cref="SettingsReader.Error"/> then says what.</summary>
    public static TableWrite? Read(SettingsReader settings)
    {
        var name = settings.RequiredText("table") ?? "";
        var table = TableName.Parse(name);
        if (table is null) settings.Fail("table", "must be a table's name, or schema.table.");
        var mode = ReadMode(settings);
        var key = ReadKey(settings);
        if (mode != WriteMode.Insert && key.Count == 0)
            settings.Fail("key", $"is required by mode {mode.ToString().ToLowerInvariant()}: the column, or list of columns, that identifies a row.");
        var rows = ReadRows(settings);
        return settings.Error is null ? new TableWrite(table!, mode, key, rows, settings.Get("data").Kind == ValueKind.List) : null;
    }

    private static WriteMode ReadMode(SettingsReader settings)
    {
        switch (settings.Text("mode"))
        {
            case null or "insert": return WriteMode.Insert;
            case "upsert": return WriteMode.Upsert;
            case "replace": return WriteMode.Replace;
            default:
                settings.Fail("mode", "must be insert, upsert or replace.");
                return WriteMode.Insert;
        }
    }

    private static IReadOnlyList<string> ReadKey(SettingsReader settings)
    {
        if (!settings.Has("key")) return [];
        var key = settings.Get("key");
        var names = (key.Kind == ValueKind.List ? key.Items : [key]).ToList();
        if (names.TrueForAll(name => name.Kind == ValueKind.String && name.IsTruthy)) return [.. names.Select(name => name.ToText())];
        settings.Fail("key", "must be a column, or a list of columns.");
        return [];
    }

    /// <summary>One map is one row, a list of maps as many.</summary>
    private static List<Value> ReadRows(SettingsReader settings)
    {
        var data = settings.Get("data");
        var rows = data.Kind == ValueKind.List ? data.Items.Take(MaxRows + 1).ToList() : [data];
        if (rows.Count > MaxRows) settings.Fail("data", $"has more than {MaxRows} rows.");
        if (rows.Find(row => row.Kind != ValueKind.Map || row.Count == 0) is { Kind: not ValueKind.Undefined } wrong)
            settings.Fail("data", $"must be a map from column to value, or a list of such maps, not {(wrong.Kind == ValueKind.Map ? "an empty map" : $"a {wrong.TypeName}")}.");
        else if (data.Kind is ValueKind.Undefined)
            settings.Fail("data", "is required: a map from column to value.");
        return rows;
    }
}
