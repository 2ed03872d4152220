using Npgsql;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>The <c>params</c> of a statement: a list for <c>$1</c>, <c>$2</c>, …, or a map for <c>@name</c>.</summary>
internal sealed class StatementParameters
{
    private static readonly string s_lookUp = Sql.Read("parameters.sql");
    private readonly IReadOnlyList<KeyValuePair<string, Value>> _all;

    private StatementParameters(IReadOnlyList<KeyValuePair<string, Value>> all) => _all = all;

    public static StatementParameters Read(SettingsReader settings)
    {
        if (!settings.Has("params")) return new([]);
        var given = settings.Get("params");
        switch (given.Kind)
        {
            case ValueKind.List:
                return new([.. given.Items.Select(item => KeyValuePair.Create("", item))]);
            case ValueKind.Map:
                return new([.. given.Members]);
            default:
                settings.Fail("params", $"must be a list or a map, not a {given.TypeName}.");
                return new([]);
        }
    }

    /// <summary>The text of a statement; empty when it is wrong, which the settings then tell.</summary>
    public static string ReadStatement(SettingsReader settings, string key)
    {
        var statement = settings.RequiredText(key) ?? "";
        if (statement.Contains('\0', StringComparison.Ordinal)) settings.Fail(key, "has a NUL character, which no statement can.");
        return statement;
    }

    /// <summary>The path of what <c>$1</c>, <c>$2</c>, … was bound to; null for names, whose order the statement makes.</summary>
    public string? PlaceOf(int number, SettingsReader settings) =>
        number >= 1 && number <= _all.Count && _all[number - 1].Key.Length == 0 ? settings.Path($"params[{number - 1}]") : null;

    /// <summary>Names and values, for a cache's key.</summary>
    public IEnumerable<string?> Texts() => _all.SelectMany(one => (string?[])[one.Key, BoundText.Of(one.Value)]);

    /// <summary>
    /// The parameters as the statement wants them. Only for a list must that be known: it is JSON for one type and an array for another. The server is
    /// asked once a statement, outside the transaction in which the statement runs; lists for <c>@name</c> are JSON.
    /// </summary>
    public async Task<IReadOnlyList<NpgsqlParameter>> BindAsync(NpgsqlConnection connection, PostgresServer server, string statement, CancellationToken cancellationToken)
    {
        IReadOnlyList<ColumnFamily> families =
            _all.Any(one => one is { Key: "", Value.Kind: ValueKind.List }) ? await server.ParametersAsync(connection, statement, cancellationToken) : [];
        return
        [
            .. _all.Select((one, i) =>
                BoundText.Parameter(families.ElementAtOrDefault(i) == ColumnFamily.Array ? BoundText.Of(one.Value, ColumnFamily.Array) : BoundText.Of(one.Value), one.Key)),
        ];
    }

    /// <summary>The types of <c>$1</c>, <c>$2</c>, … of a statement; none when it cannot be prepared.</summary>
    public static async Task<IReadOnlyList<ColumnFamily>> LookUpAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand($"PREPARE playbook_parameters AS {statement}"), new NpgsqlBatchCommand(s_lookUp), new NpgsqlBatchCommand("DEALLOCATE playbook_parameters") },
        };
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var families = new List<ColumnFamily>();
            do
            {
                while (await reader.ReadAsync(cancellationToken)) families.Add(TableColumns.FamilyOf(reader.GetString(0), reader.GetString(1)));
            }
            while (await reader.NextResultAsync(cancellationToken));
            return families;
        }
        catch (PostgresException)
        {
            // What is wrong with it is told when it runs; a kind of statement that cannot be prepared has no lists to bind.
            return [];
        }
    }
}
