namespace PlaybookOperator.Worker;

/// <summary>What the pod's exit code tells. The operator goes by reports, not by these.</summary>
internal static class ExitCodes
{
    /// <summary>The work was reported, or there was none.</summary>
    public const int Done = 0;

    /// <summary>No session, no claim or no report was possible.</summary>
    public const int Failed = 1;

    /// <summary>The environment of the process is wrong.</summary>
    public const int Misconfigured = 2;

    /// <summary>As a shell tells of SIGTERM.</summary>
    public const int Stopped = 143;
}
