namespace PlaybookOperator.Kubernetes.Client;

/// <summary>The outcome of a creation. Names are deterministic here, so an object that is already there is an expected answer.</summary>
public abstract record CreateResult<T>
{
    private CreateResult()
    {
    }

    /// <summary>The object that carries the name, whoever made it.</summary>
    public abstract T Item { get; }

    /// <summary>Made by this call.</summary>
    public sealed record Created(T Made) : CreateResult<T>
    {
        public override T Item => Made;
    }

    /// <summary>
    /// Found there. It may be our own: when the answer to a creation was lost, the repeated call finds what the first one made.
    /// </summary>
    public sealed record AlreadyExists(T Existing) : CreateResult<T>
    {
        public override T Item => Existing;
    }
}
