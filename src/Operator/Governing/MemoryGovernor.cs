using System.Diagnostics.Metrics;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.Tools.Memory;

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
    private readonly ProcessMemory _memory;
    private MemoryPressure _pressure;

    public MemoryGovernor(Allowances allowances, ProcessMemory memory, IMeterFactory meters, TimeProvider time, ILogger<MemoryGovernor> logger)
    {
        (_allowances, _memory, _time, _logger) = (allowances, memory, time, logger);
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge("playbook_degraded", () => _pressure.Halvings > 0 ? 1 : 0, null, "1 while loops are narrower than they should be because memory is short.");
    }

    /// <summary>One look.</summary>
    internal void Look()
    {
        var next = _memory.Look();
        if (next.Halvings != _pressure.Halvings)
        {
            if (next.Halvings == 0) LogRecovered();
            else if (_pressure.Halvings == 0) LogDegraded();
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

    [LoggerMessage(EventId = 2401, Level = LogLevel.Warning, Message = "Memory is short: more than 80 % of the limit are in use. All loops are narrower until it is below 65 % for ten seconds.")]
    private partial void LogDegraded();

    [LoggerMessage(EventId = 2402, Level = LogLevel.Information, Message = "Memory is no longer short.")]
    private partial void LogRecovered();
}
