namespace PlaybookOperator.Kubernetes.Client;

/// <summary>One page of a list.</summary>
/// <param name="IsFirst">
/// True on the first page, and again when the list had to begin anew because the server forgot the page asked for: whoever
/// collects pages forgets the earlier ones then.
/// </param>
/// <param name="IsLast">True on the page after which the list is complete.</param>
/// <param name="ResourceVersion">The version of the whole list: a watch goes on from it.</param>
/// <param name="Items">The objects that could be decoded.</param>
/// <param name="Undecodable">The others.</param>
public sealed record ListPage<T>(
    bool IsFirst, bool IsLast, string ResourceVersion, IReadOnlyList<T> Items, IReadOnlyList<UndecodableObject> Undecodable);
