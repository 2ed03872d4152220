namespace PlaybookOperator.Cli;

/// <summary>Rows of cells in columns that are as wide as they need be.</summary>
internal static class TextTable
{
    private const string Gap = "   ";

    /// <param name="output">Where it goes.</param>
    /// <param name="rows">The first has the headings; all have as many cells.</param>
    /// <param name="texts">Columns that stand to the left; those after them are figures and stand to the right.</param>
    public static void Write(TextWriter output, string[][] rows, int texts = 1)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join(Gap, row.Select((cell, column) => column < texts ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
    }
}
