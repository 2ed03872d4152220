namespace PlaybookOperator.Kubernetes.Recording;

/// <summary>How an event is shown.</summary>
public enum EventType
{
    /// <summary>The ordinary course of things.</summary>
    Normal,

    /// <summary>Somebody may have to act.</summary>
    Warning,
}
