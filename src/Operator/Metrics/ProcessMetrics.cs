using System.Diagnostics;
using System.Diagnostics.Metrics;
using PlaybookOperator.Tools.Memory;

namespace PlaybookOperator.Operator.Metrics;

/// <summary>Memory, its limit, the build and the start of this process.</summary>
public sealed class ProcessMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Process";

    private readonly Meter _meter;

    /// <param name="meters">Where the meter comes from.</param>
    /// <param name="version">The product's version, for <c>playbook_build_info</c>.</param>
    public ProcessMetrics(IMeterFactory meters, string version)
    {
        _meter = meters.Create(MeterName);
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000d;
        _meter.CreateObservableGauge("playbook_memory_bytes", () => Environment.WorkingSet, "bytes", "Resident memory of the process.");
        _meter.CreateObservableGauge("playbook_memory_limit_bytes", () => ProcessMemory.Limit, "bytes", "Memory that the container may use; the machine's where it has no limit.");
        _meter.CreateObservableGauge("process_start_time_seconds", () => started, "seconds", "When the process started, since the Unix epoch.");
        _meter.CreateObservableGauge(
            "playbook_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "Always 1; the version is the label.");
    }

    public void Dispose() => _meter.Dispose();
}
