using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Writing;

/// <summary>How a log numbers the events of a batch, and what it does to them before they are stored; both logs do the same.</summary>
public static class Numbering
{
    /// <summary>Gives the <paramref name="ordinal"/>-th event (from 1) after <paramref name="lastEventId"/> its id and its real run.</summary>
    public static ExecutionEvent Number(ExecutionEvent happened, long lastEventId, int ordinal)
    {
        var id = lastEventId + ordinal;
        return happened with
        {
            EventId = id,
            RunId = happened.Type == EventType.StepStarted ? id : Resolve(happened.RunId, lastEventId),
            CreatedAt = Storable.Instant(happened.CreatedAt),
            Error = Storable.Sentence(happened.Error),
        };
    }

    /// <summary>A provisional run −n is the n-th event of the batch.</summary>
    public static long? Resolve(long? runId, long lastEventId) => runId is < 0 ? lastEventId - runId : runId;

    public static WorkKey Resolve(WorkKey key, long lastEventId) => key with { RunId = Resolve(key.RunId, lastEventId)!.Value };
}
