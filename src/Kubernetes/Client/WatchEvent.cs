namespace PlaybookOperator.Kubernetes.Client;

/// <summary>What a watch tells. The families of ADDED and MODIFIED are one: only the watcher's own memory knows which it is.</summary>
public abstract record WatchEvent<T>
{
    private WatchEvent()
    {
    }

    /// <summary>The object as it now is.</summary>
    public sealed record Present(T Item) : WatchEvent<T>;

    /// <summary>The object as it last was.</summary>
    public sealed record Deleted(T Item) : WatchEvent<T>;

    /// <summary>Everything up to this version has been told. Carries no object.</summary>
    public sealed record Bookmark(string ResourceVersion) : WatchEvent<T>;

    /// <summary>An object that does not fit its type, and whether it was deleted.</summary>
    public sealed record Undecodable(UndecodableObject Item, bool IsDeleted) : WatchEvent<T>;
}
