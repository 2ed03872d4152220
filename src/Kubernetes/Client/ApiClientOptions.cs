namespace PlaybookOperator.Kubernetes.Client;

/// <summary>The limits of an <see cref="ApiClient"/>.</summary>
public sealed record ApiClientOptions
{
    /// <summary>Written as field manager of changes and sent as User-Agent.</summary>
    public string FieldManager { get; init; } = "playbook-operator";

    /// <summary>Requests per second in the long run, leases and reviews excepted. Default 50; above 0.</summary>
    public double RequestsPerSecond { get; init; } = 50;

    /// <summary>Requests at once after a quiet time. Default 100; at least 1.</summary>
    public int RequestBurst { get; init; } = 100;

    /// <summary>One attempt, from sending to the last byte of the answer; watches excepted. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts of one call, the first included. Default 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>No further attempt begins after this time since the first. Default 30 s.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Delay before the second attempt; doubled up to <see cref="MaxRetryDelay"/>, with jitter. Default 200 ms.</summary>
    public TimeSpan InitialRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Default 5 s. A longer Retry-After of the server is obeyed as far as the budget reaches.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Objects on one page of a list. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Largest answer that is read, a page of a list included. Default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest single event of a watch. Default 16 MiB, ten times what the server stores.</summary>
    public int MaxWatchEventBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Connections to the server at once; each watch holds one. Default 128.</summary>
    public int MaxConnections { get; init; } = 128;
}
