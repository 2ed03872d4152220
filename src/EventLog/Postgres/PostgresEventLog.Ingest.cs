using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Statistics;

namespace PlaybookOperator.EventLog.Postgres;

public sealed partial class PostgresEventLog
{
    /// <summary>The outcomes; null when there is no such execution.</summary>
    private static ValueTask<IngestOutcome[]?> JudgeAsync(NpgsqlConnection connection, IngestStatements statements, CancellationToken cancellationToken) =>
        statements.RunsWithNumbers is { Length: > 0 } runs
            ? SumUpAsync(connection, statements, runs, cancellationToken)
            : JudgeAndWriteAsync(connection, statements, cancellationToken);

    /// <summary>The usual way: one batch, one round trip, one implicit transaction.</summary>
    private static async ValueTask<IngestOutcome[]?> JudgeAndWriteAsync(NpgsqlConnection connection, IngestStatements statements, CancellationToken cancellationToken)
    {
        var batch = BatchStatement.On(connection, [.. statements.Judgement(), .. statements.Writes()]);
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var outcomes = await ReadVerdictAsync(reader, cancellationToken).ConfigureAwait(false);
                await BatchStatement.DrainAsync(reader, cancellationToken).ConfigureAwait(false);
                return outcomes;
            }
        }
    }

    /// <summary>With numbers to sum up: which reports count must be known before their numbers are added, so there is a second round trip.</summary>
    private static async ValueTask<IngestOutcome[]?> SumUpAsync(
        NpgsqlConnection connection, IngestStatements statements, long[] runs, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var (outcomes, books) = await ReadBooksAsync(connection, statements, runs, cancellationToken).ConfigureAwait(false);
            if (outcomes is null) return null;
            var sums = new List<NpgsqlBatchCommand>();
            foreach (var (run, book) in books)
            {
                var accepted = statements.Reports.Where((report, i) => report.RunId == run && outcomes[i] == IngestOutcome.Accepted);
                sums.AddRange(await AggregateStatements.AddAsync(connection, statements.Id, run, book, accepted, cancellationToken).ConfigureAwait(false));
            }

            var writes = BatchStatement.On(connection, [.. statements.Writes(), .. sums]);
            await using (writes.ConfigureAwait(false)) await writes.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return outcomes;
        }
    }

    private static async ValueTask<(IngestOutcome[]? Outcomes, Dictionary<long, AggregateBook> Books)> ReadBooksAsync(
        NpgsqlConnection connection, IngestStatements statements, long[] runs, CancellationToken cancellationToken)
    {
        var books = new Dictionary<long, AggregateBook>();
        var batch = BatchStatement.On(connection, [.. statements.Judgement(), BatchStatement.For(Sql.ReadAggregates, statements.Id, Parameters.Of(runs))]);
        await using (batch.ConfigureAwait(false))
        {
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var outcomes = await ReadVerdictAsync(reader, cancellationToken).ConfigureAwait(false);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) books.Add(reader.GetInt64(0), AggregateStatements.Read(reader.GetString(1)));
                return (outcomes, books);
            }
        }
    }

    private static async ValueTask<IngestOutcome[]?> ReadVerdictAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var known = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = reader.GetFieldValue<int[]>(0);
        return known ? [.. outcomes.Select(outcome => (IngestOutcome)outcome)] : null;
    }
}
