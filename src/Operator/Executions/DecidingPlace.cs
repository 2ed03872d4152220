using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Where a pass decides. Most decisions take microseconds; templates that work through large values take seconds.</summary>
public enum DecidingPlace
{
    /// <summary>On the caller's thread, however long it takes.</summary>
    Here,

    /// <summary>On the caller's thread, and not at all when it takes long: the caller has others to serve.</summary>
    HereIfShort,

    /// <summary>On a thread of its own, so that the threads that all share stay free.</summary>
    OwnThread,
}

/// <summary>The templates of a decision take longer than the pass had for them.</summary>
public sealed class DecisionTooLongException(ExecutionId id) : Exception($"A decision of execution {id} takes long.");
