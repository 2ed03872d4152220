using System.Diagnostics.Metrics;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Pools;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog;

/// <summary>
/// Instruments of the meter <c>PlaybookOperator.EventLog</c>. Names are as exported, without the <c>_total</c> that an exporter adds to counters.
/// </summary>
public sealed class EventLogMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.EventLog";

    /// <summary>Upper bounds in seconds for <c>playbook_event_append_duration_seconds</c>: from a commit on a fast disk to the statement timeout.</summary>
    private static readonly double[] s_durationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

    /// <summary>Upper bounds in seconds for <c>playbook_iteration_duration_seconds</c>: from an expression in a pool to a container that runs for hours.</summary>
    private static readonly double[] s_iterationBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

    private readonly Meter _meter;
    private readonly Counter<long> _appended;
    private readonly Histogram<double> _appendDuration;
    private readonly Counter<long> _poolErrors;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _iterations;
    private readonly Histogram<double> _iterationDuration;

    /// <param name="factory">Owner of the meter; null makes a meter of its own.</param>
    public EventLogMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _appended = _meter.CreateCounter<long>("playbook_events_appended", description: "Events written to the log.");
        _appendDuration = _meter.CreateHistogram("playbook_event_append_duration_seconds", "seconds", "Time of one write of events, from call to commit.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_durationBounds });
        _poolErrors = _meter.CreateCounter<long>("playbook_database_pool_errors", description: "Database calls that failed because it could not be reached or used.");
        _duplicates = _meter.CreateCounter<long>("playbook_iteration_duplicates", description: "Reports that came too late to count.");
        _iterations = _meter.CreateCounter<long>("playbook_iterations", description: "Ended iterations by outcome.");
        _iterationDuration = _meter.CreateHistogram("playbook_iteration_duration_seconds", "seconds", "Time in the worker of the delivery that ended an iteration, or a chunk.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_iterationBounds });
        StartAtZero();
    }

    internal Meter Meter => _meter;

    /// <summary>Records zero for every known series; call it again once an exporter listens.</summary>
    public void StartAtZero()
    {
        _appended.Add(0);
        _poolErrors.Add(0);
        _duplicates.Add(0);
        CountIterations("completed", 0);
        CountIterations("failed", 0);
        // Not a number is not counted: the series begin with it.
        _appendDuration.Record(double.NaN);
        _iterationDuration.Record(double.NaN);
    }

    public void Dispose() => _meter.Dispose();

    internal void Written(TimeSpan took, long events, long completed, long failed)
    {
        _appendDuration.Record(took.TotalSeconds);
        _appended.Add(events);
        if (completed > 0) CountIterations("completed", completed);
        if (failed > 0) CountIterations("failed", failed);
    }

    /// <summary>Called once a report's outcome is durable. Costs a search among the buckets: no allocation, no I/O.</summary>
    internal void Judged(IngestOutcome outcome, WorkReport report)
    {
        if (outcome == IngestOutcome.Accepted && !report.Key.IsCall && report.Outcome is not WorkOutcome.Waiting)
            _iterationDuration.Record(Math.Max(0, report.DurationMs) / 1000);
        if (outcome is IngestOutcome.Duplicate or IngestOutcome.Stale or IngestOutcome.Closed) _duplicates.Add(1);
    }

    /// <summary>Those of the calls of a pool's workers; both lists are as long and in the same order.</summary>
    internal void Judged(IReadOnlyList<PoolAnswer> answers, IReadOnlyList<PoolTurn> turns)
    {
        for (var turn = 0; turn < answers.Count; turn++)
            for (var i = 0; i < answers[turn].Outcomes.Count; i++) Judged(answers[turn].Outcomes[i], turns[turn].Reports[i]);
    }

    internal void Unavailable() => _poolErrors.Add(1);

    private void CountIterations(string outcome, long count) => _iterations.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
}
