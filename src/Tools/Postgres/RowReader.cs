using System.Globalization;
using Npgsql;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Postgres;

/// <param name="Bytes">Of the rows' text together.</param>
internal readonly record struct RowLimits(int Rows, long Bytes);

/// <summary>Reads the rows of one statement, of which all columns come as text, into values of the language.</summary>
internal sealed class RowReader(NpgsqlDataReader reader, RowLimits limits)
{
    private readonly List<Value> _rows = [];
    private string[] _names = [];
    private string[] _types = [];
    private long _bytes;

    /// <summary>There were more rows than allowed.</summary>
    public bool IsTruncated { get; private set; }

    public WorkError? Error { get; private set; }

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        // A statement that gives no rows, followed by one that does: the first that has columns counts.
        while (reader.FieldCount == 0 && await reader.NextResultAsync(cancellationToken))
        {
        }

        _names = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        _types = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetDataTypeName)];
        while (await reader.ReadAsync(cancellationToken))
        {
            if (_rows.Count == limits.Rows)
            {
                IsTruncated = true;
                return;
            }

            _rows.Add(ReadRow());
            if (Error is not null) return;
            if (_bytes <= limits.Bytes) continue;
            IsTruncated = true;
            Error = new(WorkErrorKind.ResultTooLarge, $"The rows together are larger than {limits.Bytes} bytes.");
            return;
        }
    }

    /// <summary><c>{rows, row_count, columns}</c>; for a statement without rows <c>row_count</c> is the number of rows that it changed.</summary>
    public Value ToResult()
    {
        var count = _names.Length > 0 ? _rows.Count : Math.Max(reader.RecordsAffected, 0);
        var members = new List<KeyValuePair<string, Value>>
        {
            new("rows", Value.List(_rows)),
            new("row_count", Value.From((long)count)),
            new("columns", Value.List([.. _names.Select(Value.From)])),
        };
        if (IsTruncated) members.Add(new("truncated", Value.True));
        return Value.Map(members);
    }

    private Value ReadRow()
    {
        var members = new KeyValuePair<string, Value>[_names.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var text = reader.IsDBNull(i) ? null : reader.GetString(i);
            _bytes += text?.Length ?? 4;
            DataProblem? problem = null;
            members[i] = new(_names[i], text is null ? Value.Null : ColumnText.Parse(text, _types[i], ref problem));
            if (problem is not null)
                Error ??= new(WorkErrorKind.InvalidResponse, $"rows[{_rows.Count.ToString(CultureInfo.InvariantCulture)}].{_names[i]}: {problem.Tell("the value")}");
        }

        return Value.Map(members);
    }
}
