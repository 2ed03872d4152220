namespace PlaybookOperator.Operator.Reviews;

/// <summary>For whom a review is. Each lane has a budget of its own, so that a flood in one holds up nobody in another.</summary>
internal enum ReviewLane
{
    /// <summary>A token of the worker API that names a pod of a Job which exists.</summary>
    Worker,

    /// <summary>Any other token of the worker API.</summary>
    UnknownWorker,

    /// <summary>A caller of the API whose token was valid a while ago, or is now.</summary>
    Caller,

    /// <summary>Any other caller of the API.</summary>
    UnknownCaller,
}
