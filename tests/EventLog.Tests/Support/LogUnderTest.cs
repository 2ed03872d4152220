using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Tests.Support;

/// <summary>One kind of event log with what a contract test needs of it.</summary>
public interface ILogUnderTest : IAsyncDisposable
{
    IEventLog Log { get; }

    IEventReader Reader { get; }

    IWakeUps WakeUps { get; }

    /// <summary>Another process on the same log: its own connections, the same rows.</summary>
    Task<ILogUnderTest> AnotherProcessAsync();
}

internal static class LogReading
{
    /// <summary>The whole log, drained page by page as a client would.</summary>
    public static async Task<List<ExecutionEvent>> ReadAllAsync(this IEventReader reader, ExecutionId id, int pageSize = 500)
    {
        var events = new List<ExecutionEvent>();
        while (true)
        {
            var page = await reader.PageAsync(id, new EventQuery(1, pageSize, SinceEventId: events.Count), CancellationToken.None);
            events.AddRange(page.Events);
            if (page.Events.Count == 0) return events;
        }
    }

    public static async Task<ExecutionState> ReadStateAsync(this IEventReader reader, ExecutionId id, ExecutionState? before = null)
    {
        before ??= ExecutionState.Initial;
        var snapshot = await reader.ReadAsync(id, before.LastEventId, CancellationToken.None);
        return snapshot!.ToState(before);
    }

    public static async Task<AppendResult.Appended> AppendedAsync(this IEventLog log, ExecutionId id, AppendBatch batch) =>
        Xunit.Assert.IsType<AppendResult.Appended>(await log.AppendAsync(id, batch, CancellationToken.None));
}
