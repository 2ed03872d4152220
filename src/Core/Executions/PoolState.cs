using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

/// <summary>The pool of a loop's run, as the log's events tell of it.</summary>
/// <param name="Fence">The current Job of the pool, from 1. Pods of former Jobs stay welcome.</param>
/// <param name="Losses">Jobs in a row that were lost without an iteration having ended in between.</param>
/// <param name="Done">Elements that had ended when the current Job was asked for.</param>
/// <param name="MaxParallel">Iterations executing at once when it began.</param>
public sealed record PoolState(int Fence, int Losses = 0, long Done = 0, int MaxParallel = 1)
{
    /// <summary>When the current Job was asked for, if it followed another.</summary>
    public DateTimeOffset? RenewedAt { get; init; }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("fence", Fence);
        if (Losses > 0) writer.WriteNumber("losses", Losses);
        if (Done > 0) writer.WriteNumber("done", Done);
        writer.WriteNumber("max_parallel", MaxParallel);
        writer.WriteEndObject();
    }

    public static PoolState Read(JsonElement pool) => new(
        pool.GetProperty("fence").GetInt32(),
        pool.TryGetProperty("losses", out var losses) ? losses.GetInt32() : 0,
        pool.TryGetProperty("done", out var done) ? done.GetInt64() : 0,
        pool.GetProperty("max_parallel").GetInt32());
}
