using System.Diagnostics.Metrics;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Shows how full the pools are from the driver's own counters, so that looking costs no connection.
/// </summary>
internal sealed class PoolGauges : IDisposable
{
    /// <summary>Names of our pools begin so; those of others in the process are not ours to show.</summary>
    public const string Prefix = "playbook-event-log/";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private long _idle;
    private long _used;

    public PoolGauges(Meter meter, EventLogOptions options)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Npgsql" && instrument.Name == "db.client.connection.count") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((_, count, tags, _) => Count(count, tags));
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Count(count, tags));
        _listener.Start();
        meter.CreateObservableGauge("playbook_database_connections", Read, description: "Open connections of the pools by state.");
        meter.CreateObservableGauge(
            "playbook_database_connections_max", () => options.MaxPoolSize + options.BackgroundPoolSize, description: "Connections that the pools may open.");
    }

    public void Dispose() => _listener.Dispose();

    private Measurement<long>[] Read()
    {
        lock (_lock)
        {
            (_idle, _used) = (0, 0);
            _listener.RecordObservableInstruments();
            return [State(_idle, "idle"), State(_used, "used")];
        }
    }

    private void Count(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? pool = null, state = null;
        foreach (var tag in tags)
        {
            if (tag.Key.EndsWith("pool.name", StringComparison.Ordinal)) pool = tag.Value as string;
            if (tag.Key.EndsWith("state", StringComparison.Ordinal)) state = tag.Value as string;
        }

        if (pool?.StartsWith(Prefix, StringComparison.Ordinal) != true) return;
        if (state == "idle") _idle += count;
        else _used += count;
    }

    private static Measurement<long> State(long count, string state) => new(count, new KeyValuePair<string, object?>("state", state));
}
