using System.Diagnostics.Metrics;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Operator.Metrics;

namespace PlaybookOperator.Operator.Governing;

/// <summary>Looks at the memory of this process each second, and narrows all loops while it is short (<see cref="MemoryPressure"/>).</summary>
internal sealed partial class MemoryGovernor : BackgroundService
{
    public const string MeterName = "PlaybookOperator.Governing";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Allowances _allowances;
    private readonly TimeProvider _time;
    private readonly ILogger<MemoryGovernor> _logger;
    private readonly Meter _meter;
    private MemoryPressure _pressure;

    public MemoryGovernor(Allowances allowances, IMeterFactory meters, TimeProvider time, ILogger<MemoryGovernor> logger)
    {
        (_allowances, _time, _logger) = (allowances, time, logger);
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge("playbook_degraded", () => _pressure.Halvings > 0 ? 1 : 0, null, "1 while loops are narrower than they should be because memory is short.");
    }

    /// <summary>Memory in use as a share of what this process may use; replaced in tests.</summary>
    internal Func<double> Share { get; init; } = ShareInUse;

    /// <summary>One look.</summary>
    internal void Look()
    {
        var share = Share();
        var next = _pressure.Next(share);
        if (next.Halvings != _pressure.Halvings)
        {
            if (next.Halvings == 0) LogRecovered(share);
            else if (_pressure.Halvings == 0) LogDegraded(share);
            _allowances.Halve(next.Halvings);
        }

        _pressure = next;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            Look();
            await Task.Delay(s_interval, _time, stoppingToken);
        }
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <summary>What the collector holds without need counts as in use until it gives it back; so before memory counts as short it is asked to.</summary>
    private static double ShareInUse()
    {
        var limit = (double)ProcessMetrics.Limit;
        if (Environment.WorkingSet / limit > MemoryPressure.High) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / limit;
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Warning, Message = "Memory is short: {Share:P0} of the limit are in use. All loops are narrower until it is below 65 % for ten seconds.")]
    private partial void LogDegraded(double share);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Information, Message = "Memory is no longer short: {Share:P0} of the limit are in use.")]
    private partial void LogRecovered(double share);
}
