using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Failures;
using PlaybookOperator.Core.Work;
using PlaybookOperator.EventLog.Writing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// The statements that take in a set of reports: lock, judge, write the events of the accepted ones, then the rows that follow. The events of
/// every report are prepared as if it were accepted; the verdict, which the database keeps for the transaction, picks.
/// </summary>
internal sealed class IngestStatements
{
    private readonly ExecutionId _id;
    private readonly WorkReport[] _reports;
    private readonly List<ExecutionEvent> _events = [];
    private readonly List<int> _reportOfEvent = [];
    private readonly string?[] _errors;
    private readonly string?[] _signatures;
    private readonly List<int> _large = [];

    public IngestStatements(ExecutionId id, IReadOnlyList<WorkReport> reports, DateTimeOffset now, long inlineResultBytes)
    {
        _id = id;
        _reports = [.. reports.Select(ReportCleaning.Clean)];
        _errors = new string?[_reports.Length];
        _signatures = new string?[_reports.Length];
        for (var i = 0; i < _reports.Length; i++) Prepare(i, now, inlineResultBytes);
    }

    public ExecutionId Id => _id;

    public IReadOnlyList<WorkReport> Reports => _reports;

    /// <summary>How many events report <paramref name="index"/> gives when accepted.</summary>
    public IReadOnlyList<int> EventsOfReport => [.. Enumerable.Range(1, _reports.Length).GroupJoin(_reportOfEvent, i => i, i => i, (_, own) => own.Count())];

    /// <summary>Runs whose loops may sum up numbers of these reports.</summary>
    public long[] RunsWithNumbers => [.. _reports.Where(report => report is { Numbers: not null, Key.IsCall: false }).Select(report => report.RunId).Distinct()];

    private long[] Runs => [.. _reports.Select(report => report.RunId)];

    private long[] Indexes => [.. _reports.Select(report => report.Index)];

    private bool[] Waits => [.. _reports.Select(report => report.Outcome == WorkOutcome.Waiting)];

    /// <summary>Two result sets: the lock's row and the verdict.</summary>
    public IEnumerable<NpgsqlBatchCommand> Judgement()
    {
        yield return Statement(Sql.Lock);
        yield return Statement(
            Sql.Judge, Parameters.Of(Runs), Parameters.Of(Indexes), Parameters.Of([.. _reports.Select(report => report.Fence)]), Parameters.Of(Waits));
    }

    /// <summary>What follows from the verdict.</summary>
    public IEnumerable<NpgsqlBatchCommand> Writes()
    {
        var (runs, indexes, waits) = (Runs, Indexes, Waits);
        yield return Statement(
            Sql.WriteEvents,
            [
                .. EventParameters.Of(_events, _reportOfEvent),
                Parameters.Of(0L),
                Parameters.Of((string?)null),
                Parameters.Of((DateTimeOffset?)null),
                Parameters.Of((DateTimeOffset?)null),
                Parameters.Of((long?)null),
                Parameters.Of((long?)null),
            ]);
        if (indexes.Any(index => index >= 0))
            yield return Statement(Sql.CountReports, Parameters.Of(runs), Parameters.Of(indexes), Parameters.Of(waits), Parameters.Of(_errors), Parameters.Of([.. _reports.Select(report => report.Until)]), Parameters.Of(_signatures));
        if (waits.Contains(true)) yield return Wait(runs, indexes);
        if (waits.Contains(false)) yield return Statement(Sql.EndReported, Parameters.Of(runs), Parameters.Of(indexes), Parameters.Of(waits));
        if (_large.Count > 0) yield return StoreResults();
    }

    private void Prepare(int i, DateTimeOffset now, long inlineResultBytes)
    {
        // The database knows the run's step; an empty name stands in for it.
        foreach (var happened in Ingest.ToEvents(_reports[i], step: "", epoch: 0, now, inlineResultBytes))
        {
            _events.Add(happened with { Step = null, Epoch = null });
            _reportOfEvent.Add(i + 1);
        }

        var end = _events[^1];
        if (end.Type == EventType.IterationFailed)
        {
            _errors[i] = Storable.Sentence(end.Error);
            _signatures[i] = Storable.Sentence(FailureSignature.Of(_reports[i].Error?.Kind, _errors[i]));
        }

        if (end is { Result: null, Type: EventType.CallDone or EventType.IterationCompleted } && _reports[i].Result is not null) _large.Add(i);
    }

    private NpgsqlBatchCommand Wait(long[] runs, long[] indexes) => Statement(
        Sql.WaitReported,
        Parameters.Of(runs),
        Parameters.Of(indexes),
        Parameters.Of([.. _reports.Select(report => report.Attempt)]),
        // As the event's context says it: the column and the log must agree on when.
        Parameters.Of([.. _reports.Select((report, i) => report.Outcome == WorkOutcome.Waiting ? NextAt(i) : null)]));

    private DateTimeOffset? NextAt(int report) =>
        _events[_reportOfEvent.LastIndexOf(report + 1)].Context.Member("next_at")?.GetDateTimeOffset();

    private NpgsqlBatchCommand StoreResults() => Statement(
        Sql.StoreResults,
        Parameters.Of([.. _large.Select(i => _reports[i].RunId)]),
        Parameters.Of([.. _large.Select(i => _reports[i].Index)]),
        Parameters.Of([.. _large.Select(i => _reports[i].Result!.Value.GetRawText())]),
        Parameters.Of([.. _large.Select(i => i + 1)]));

    private NpgsqlBatchCommand Statement(string sql, params NpgsqlParameter[] parameters) => BatchStatement.For(sql, _id, parameters);
}
