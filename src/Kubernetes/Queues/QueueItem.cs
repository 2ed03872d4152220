namespace PlaybookOperator.Kubernetes.Queues;

/// <summary>A key to work on.</summary>
/// <param name="Waited">The time between its becoming ready and its being handed out.</param>
public readonly record struct QueueItem<TKey>(TKey Key, TimeSpan Waited)
    where TKey : notnull;
