using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Api;

/// <summary>Answer of <c>GET /api/executions/{id}</c>.</summary>
internal sealed record ExecutionAnswer
{
    public required string ExecutionId { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Path { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public double? DurationSeconds { get; init; }

    public required ProgressAnswer Progress { get; init; }

    /// <summary>The newest steps, at most 50, in the order in which they began.</summary>
    public required IReadOnlyList<StepAnswer> Steps { get; init; }

    /// <summary>Failures by signature, at most 10, most frequent first; each once with an example.</summary>
    public required IReadOnlyList<FailureAnswer> Failures { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Message { get; init; }

    public string? ParentExecutionId { get; init; }

    public required IReadOnlyList<EventAnswer> Events { get; init; }

    public required PaginationAnswer Pagination { get; init; }

    /// <summary>With <c>include=children</c>.</summary>
    public IReadOnlyList<ChildAnswer>? Children { get; init; }

    /// <summary>What <see cref="Children"/> leaves out, and why; absent when that is nothing.</summary>
    public string? ChildrenNote { get; init; }

    /// <summary>With <c>include=playbook</c>.</summary>
    public PlaybookAnswer? Playbook { get; init; }
}

/// <summary>An execution below another one.</summary>
internal sealed record ChildAnswer
{
    public required string ExecutionId { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Path { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Empty on the last level that is shown.</summary>
    public required IReadOnlyList<ChildAnswer> Children { get; init; }
}

/// <summary>The playbook as the execution runs it, whatever became of its resource.</summary>
/// <param name="Digest">SHA-256 of the canonical spec, in hex.</param>
/// <param name="Spec">Null when the database does not have it any more.</param>
internal sealed record PlaybookAnswer(string Name, string Digest, JsonElement? Spec);

internal sealed record ProgressAnswer(long Total, long Succeeded, long Failed, long Active, string Text);

/// <param name="Signature">The error's kind and message without numbers, ids and quoted text.</param>
/// <param name="Count">Iterations, or calls outside loops, that failed so.</param>
/// <param name="Example">The message of one of them.</param>
internal sealed record FailureAnswer(string Signature, long Count, string Example)
{
    public static IReadOnlyList<FailureAnswer> Of(ExecutionStatusView view) => [.. view.Failures.Select(one => new FailureAnswer(one.Signature, one.Count, one.Example))];
}

/// <param name="Progress">Such as <c>730/1000</c>; empty for steps without a loop.</param>
internal sealed record StepAnswer(string Name, string Status, string Progress);

internal sealed record PaginationAnswer(int Page, int PageSize, long TotalEvents, long TotalPages, bool HasNext, bool HasPrev);

/// <summary>One event as the API and <c>--events</c> show it: the columns of the event table.</summary>
internal sealed record EventAnswer
{
    public required string ExecutionId { get; init; }

    /// <summary>A number: dense from 1, far below 2^53.</summary>
    public required long EventId { get; init; }

    public required string EventType { get; init; }

    public required string Status { get; init; }

    public string? Step { get; init; }

    public int? Epoch { get; init; }

    public long? IterationIndex { get; init; }

    public int? Attempt { get; init; }

    public double? DurationMs { get; init; }

    public JsonElement? Context { get; init; }

    public JsonElement? Result { get; init; }

    public string? Error { get; init; }

    public string? ParentExecutionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static EventAnswer Of(ExecutionId execution, ExecutionId? parent, ExecutionEvent happened) => new()
    {
        ExecutionId = execution.ToString(),
        EventId = happened.EventId,
        EventType = happened.Type.Name(),
        Status = happened.Status.Name(),
        Step = happened.Step,
        Epoch = happened.Epoch,
        IterationIndex = happened.IterationIndex,
        Attempt = happened.Attempt,
        DurationMs = happened.DurationMs,
        Context = happened.Context,
        Result = happened.Result,
        Error = happened.Error,
        ParentExecutionId = parent?.ToString(),
        CreatedAt = happened.CreatedAt.ToUniversalTime(),
    };
}
