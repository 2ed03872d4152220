using PlaybookOperator.EventLog.Memory;

namespace PlaybookOperator.EventLog.Tests.Support;

internal sealed class MemoryLog(MemoryEventLog log) : ILogUnderTest
{
    public IEventLog Log => log;

    public IEventReader Reader => log;

    public IWakeUps WakeUps => log;

    public static MemoryLog Create() => new(new MemoryEventLog(TimeProvider.System, new MemoryEventLogOptions(), new EventLogMetrics()));

    public Task<ILogUnderTest> AnotherProcessAsync() => Task.FromResult<ILogUnderTest>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
