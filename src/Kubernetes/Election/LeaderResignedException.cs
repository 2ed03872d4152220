namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// This process led, was not ready for a cause of its own, and gave up its lease to a replica that is: the host exits and starts over.
/// </summary>
public sealed class LeaderResignedException(string message) : Exception(message);
