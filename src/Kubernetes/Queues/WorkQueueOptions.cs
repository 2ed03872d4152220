namespace PlaybookOperator.Kubernetes.Queues;

/// <summary>Name and delays of a <see cref="WorkQueue{TKey}"/>.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>The label of its metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Delay after the first failure of a key; doubled with each further one. Default 50 ms.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest delay after failures. Default 60 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(60);
}
