namespace PlaybookOperator.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Completed = 0;
    public const int Failed = 1;

    /// <summary>The playbook, the workload or the command line is wrong.</summary>
    public const int Wrong = 2;

    /// <summary>Cancelled, or stopped by <c>--timeout</c>.</summary>
    public const int Cancelled = 3;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}

/// <summary>Something on the command line, or a file named there, is wrong: one sentence, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
