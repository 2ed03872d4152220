using System.Diagnostics.Metrics;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Watching;

namespace PlaybookOperator.Operator.Executions;

/// <summary>What the operator counts about Executions.</summary>
internal sealed class ExecutionMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Executions";
    private static readonly string[] s_outcomes = ["completed", "failed", "cancelled", "deadline_exceeded"];

    /// <summary>In seconds: from a playbook of one call to one that runs for a week.</summary>
    private static readonly double[] s_durationBounds = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 604_800];

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _finished;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _warnings;

    public ExecutionMetrics(Informer<Execution> executions, StuckExecutions stuck)
    {
        _finished = _meter.CreateCounter<long>("playbook_executions_finished", description: "Executions that have ended, by outcome.");
        _duration = _meter.CreateHistogram<double>("playbook_execution_duration_seconds", "seconds", "Time from start to end of an execution.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_durationBounds });
        _duration.Record(double.NaN);
        _warnings = _meter.CreateCounter<long>("playbook_decision_warnings", description: "Conditions in the operator that met an undefined name and so were false.");
        _warnings.Add(0);
        foreach (var outcome in s_outcomes) _finished.Add(0, Outcome(outcome));
        _meter.CreateObservableGauge("playbook_executions", () => Count(executions), description: "Executions that exist, by phase.");
        _meter.CreateObservableGauge(
            "playbook_iterations_active",
            () => executions.List().Where(item => !ExecutionController.IsFinished(item)).Sum(item => item.Status?.Progress?.Active ?? 0),
            description: "Iterations and calls that have a worker.");
        _meter.CreateObservableGauge(
            "playbook_executions_stuck", () => stuck.Count, description: "Running executions in which nothing happens, that have no worker and wait for no time.");
    }

    public void Finished(string outcome, DateTimeOffset? start, DateTimeOffset? end)
    {
        _finished.Add(1, Outcome(outcome));
        if (start is { } from && end is { } to) _duration.Record((to - from).TotalSeconds);
    }

    /// <summary>See <see cref="PassResult.Warnings"/>.</summary>
    public void Warned(long warnings)
    {
        if (warnings > 0) _warnings.Add(warnings);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Count(Informer<Execution> executions)
    {
        var phases = executions.List().GroupBy(item => item.Status?.Phase ?? nameof(ExecutionPhase.Pending), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.LongCount(), StringComparer.Ordinal);
        foreach (var phase in Enum.GetNames<ExecutionPhase>())
            yield return new Measurement<long>(phases.GetValueOrDefault(phase), new KeyValuePair<string, object?>("phase", phase));
    }

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
