using System.Text.Json;

namespace PlaybookOperator.Operator.Executions;

/// <summary>Keeps a status below <see cref="MaxBytes"/>, whatever its texts are: parts of lists are bounded in number and characters, not in bytes.</summary>
internal static class StatusSize
{
    /// <summary>Bytes of a status as JSON, at most.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>The status, or one with fewer failures, the least frequent ones first, and then fewer steps, the oldest first.</summary>
    public static ExecutionStatus Fit(ExecutionStatus status)
    {
        while (BytesOf(status) >= MaxBytes)
        {
            if (status.Failures is { Count: > 0 } failures) status = status with { Failures = failures.Count == 1 ? null : [.. failures.SkipLast(1)] };
            else if (status.Steps is { Count: > 0 } steps) status = status with { Steps = [.. steps.Skip(1)] };
            else return status;
        }

        return status;
    }

    private static int BytesOf(ExecutionStatus status) => JsonSerializer.SerializeToUtf8Bytes(status, ResourceJson.Default.ExecutionStatus).Length;
}
