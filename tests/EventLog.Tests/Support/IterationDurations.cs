using System.Diagnostics.Metrics;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>Counts measurements of <c>playbook_iteration_duration_seconds</c> that have one value: other tests measure at the same time, so choose it well.</summary>
internal sealed class IterationDurations : IDisposable
{
    private readonly MeterListener _listener = new();
    private int _count;

    public IterationDurations(double seconds)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "playbook_iteration_duration_seconds") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            if (Math.Abs(value - seconds) < 1e-6) Interlocked.Increment(ref _count);
        });
        _listener.Start();
    }

    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
