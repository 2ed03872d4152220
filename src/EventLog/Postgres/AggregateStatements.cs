using System.Text.Json;
using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Adds the numbers of accepted reports to the book of their loop's run, inside the transaction that counts the reports: read under the execution's lock,
/// changed here, written with the rest.
/// </summary>
internal static class AggregateStatements
{
    private const ulong TopBit = 1UL << 63;

    public static string Write(AggregateBook book) => JsonSerializer.Serialize(book, AggregateJson.Default.AggregateBook);

    public static AggregateBook Read(string json) => JsonSerializer.Deserialize(json, AggregateJson.Default.AggregateBook)!;

    public static ulong ToLot(long column) => (ulong)column ^ TopBit;

    /// <summary>The statements that write what the reports add; none when they add nothing.</summary>
    /// <param name="book">The run's book as it is in the database.</param>
    /// <param name="accepted">Reports of this run that count.</param>
    public static async ValueTask<IReadOnlyList<NpgsqlBatchCommand>> AddAsync(
        NpgsqlConnection connection, ExecutionId id, long runId, AggregateBook book, IEnumerable<WorkReport> accepted, CancellationToken cancellationToken)
    {
        var summed = accepted.Where(report => report.Numbers is not null).ToList();
        if (summed.Count == 0) return [];
        var rows = new List<SampleRow>();
        foreach (var column in book.Crowded.ToList())
            book = book.Cut(column, await CutAsync(connection, id, runId, column, book.Samples, cancellationToken).ConfigureAwait(false));
        foreach (var report in summed) book = book.Add(SampleHash.Of(id.Value, runId, report.Index), report.Numbers!, rows);
        var save = BatchStatement.For(Sql.SaveAggregates, id, Parameters.Of(runId), Parameters.Of(Write(book)));
        return rows.Count == 0 ? [save] :
        [
            save,
            BatchStatement.For(
                Sql.StoreSamples,
                id,
                Parameters.Of(runId),
                Parameters.Of([.. rows.Select(row => row.Column)]),
                Parameters.Of([.. rows.Select(row => (long)(row.Sample.Lot ^ TopBit))]),
                Parameters.Of([.. rows.Select(row => (double?)row.Sample.Number)])),
        ];
    }

    private static async ValueTask<ulong> CutAsync(NpgsqlConnection connection, ExecutionId id, long runId, int column, int samples, CancellationToken cancellationToken)
    {
        var cut = BatchStatement.On(connection, [BatchStatement.For(Sql.CutSamples, id, Parameters.Of(runId), Parameters.Of((long)column), Parameters.Of((long)samples))]);
        await using (cut.ConfigureAwait(false))
        {
            return ToLot((long)(await cut.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
        }
    }
}
