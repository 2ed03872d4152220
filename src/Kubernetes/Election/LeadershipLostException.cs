namespace PlaybookOperator.Kubernetes.Election;

/// <summary>This process led and may no longer: the host exits, since another process may have begun to lead.</summary>
public sealed class LeadershipLostException(string message) : Exception(message);
