using System.Diagnostics.Metrics;

namespace PlaybookOperator.Operator.Controllers;

/// <summary>controller-runtime's own names, so that existing dashboards work.</summary>
internal sealed class ControllerMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Controllers";
    private static readonly string[] s_controllers = ["playbook", "execution", "execution_long"];
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _total;
    private readonly Histogram<double> _seconds;

    public ControllerMetrics()
    {
        _total = _meter.CreateCounter<long>("controller_runtime_reconcile", description: "Reconciliations, by outcome.");
        _seconds = _meter.CreateHistogram<double>("controller_runtime_reconcile_time_seconds", "seconds", "Time that a reconciliation took.");
        foreach (var controller in s_controllers)
        {
            _seconds.Record(double.NaN, Tag("controller", controller));
            foreach (var result in Enum.GetValues<ReconcileOutcome>())
                _total.Add(0, Tag("controller", controller), Tag("result", Label(result)));
        }
    }

    public void Reconciled(string controller, ReconcileOutcome outcome, TimeSpan took)
    {
        _total.Add(1, Tag("controller", controller), Tag("result", Label(outcome)));
        _seconds.Record(took.TotalSeconds, Tag("controller", controller));
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string Label(ReconcileOutcome outcome) => outcome switch
    {
        ReconcileOutcome.Success => "success",
        ReconcileOutcome.RequeueAfter => "requeue_after",
        _ => "error",
    };
}

internal enum ReconcileOutcome
{
    Success,
    RequeueAfter,
    Error,
}
