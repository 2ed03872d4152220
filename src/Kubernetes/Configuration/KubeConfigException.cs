namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>The configuration cannot be used. The message is one sentence that names the file and the field.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
