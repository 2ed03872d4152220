namespace PlaybookOperator.Kubernetes.Client;

/// <summary>One call, in the words of the API: enough to send it and to speak of it when it fails.</summary>
internal sealed record ApiRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>The access verb: get, list, watch, create, patch or delete.</summary>
    public required string Verb { get; init; }

    /// <summary><c>plural.group</c>, with <c>/subresource</c> where one is meant.</summary>
    public required string Resource { get; init; }

    public string Namespace { get; init; } = "";

    /// <summary>Empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>Path from the server's root, with the query.</summary>
    public required string Path { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A token in the body, which no message may repeat though the server may; null: there is none.</summary>
    public string? Token { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether sending it twice has the effect of sending it once.</summary>
    public bool Idempotent { get; init; } = true;

    /// <summary>False for what must never wait behind other work.</summary>
    public bool RateLimited { get; init; } = true;

    /// <summary>Such as <c>create jobs.batch "a" in namespace "b"</c>.</summary>
    public string Deed()
    {
        var name = Name.Length == 0 ? "" : $" \"{Name}\"";
        var place = Namespace.Length == 0 ? "" : $" in namespace \"{Namespace}\"";
        return $"{Verb} {Resource}{name}{place}";
    }
}
