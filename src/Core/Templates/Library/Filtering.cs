namespace PlaybookOperator.Core.Templates.Library;

/// <summary>All filters by name. The colon spelling asks Liquid's table first: there a name has Liquid's meaning.</summary>
internal static class Filtering
{
    private static readonly OperationTable Table = Build();
    private static readonly OperationTable Liquid = LiquidFilters.AddTo(new OperationTable());

    public static IEnumerable<string> Names => Table.Names;

    public static Operation? Find(string name, bool isColon = false) => (isColon ? Liquid.Find(name) : null) ?? Table.Find(name);

    private static OperationTable Build()
    {
        var table = new OperationTable();
        TextFilters.AddTo(table);
        LayoutFilters.AddTo(table);
        NumberFilters.AddTo(table);
        ListFilters.AddTo(table);
        SelectionFilters.AddTo(table);
        MapFilters.AddTo(table);
        EncodingFilters.AddTo(table);
        TimeFilters.AddTo(table);
        LiquidFilters.AddPlainTo(table);
        return table;
    }
}
