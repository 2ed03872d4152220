using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>An object that exists but does not fit its C# type.</summary>
/// <param name="Key">Its name as far as that could be read.</param>
/// <param name="Uid">Empty when it could not be read.</param>
/// <param name="ResourceVersion">Empty when it could not be read.</param>
/// <param name="Error">What did not fit, with the JSON path.</param>
public sealed record UndecodableObject(NamespacedName Key, string Uid, string ResourceVersion, string Error);
