using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

public enum StepStatus
{
    Running,
    Completed,
    Failed,
    Skipped,
}

/// <summary>One entry into a step.</summary>
public sealed record StepRun
{
    public required string Step { get; init; }

    public required int Epoch { get; init; }

    /// <summary>See <see cref="WorkKey.RunId"/>.</summary>
    public required long RunId { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>What <c>call.done</c> or <c>iterator.completed</c> gave; null until then. A loop's holds <c>stats</c>; its results stay rows.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>The call's HTTP status, headers and the like, as templates see them; null without.</summary>
    public JsonElement? Response { get; init; }

    /// <summary>Bytes of a result that is stored by reference; null when it is inline.</summary>
    public long? ResultBytes { get; init; }

    public string? Error { get; init; }

    /// <summary>The error as templates see it: kind, message, status, retryable.</summary>
    public JsonElement? ErrorDetail { get; init; }

    /// <summary>The entry of <c>case</c> that the worker found true, from 0; −1: none. Null: the operator looks for it.</summary>
    public int? MatchedCase { get; init; }

    /// <summary>The call has its terminal event (or the loop its own); the step has not left yet.</summary>
    public bool CallEnded { get; init; }

    /// <summary>The steps that were chosen at <c>step.exit</c>: recorded, so that replay never evaluates a template.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>A failed step whose failure a <c>case</c> or <c>next</c> took up: the workflow goes on.</summary>
    public bool Handled { get; init; }

    /// <summary>Arguments that the predecessor's <c>next</c> handed over; null without.</summary>
    public JsonElement? Args { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool IsOver => Status != StepStatus.Running;
}

/// <summary>One chosen successor.</summary>
/// <param name="Step">Name of the step to enter.</param>
/// <param name="Args">Rendered <c>next.args</c>, or null.</param>
public sealed record Route(string Step, JsonElement? Args)
{
    public static ImmutableArray<Route> Read(JsonElement? context) => context.Member("routes") is { } routes
        ? [.. routes.EnumerateArray().Select(ReadOne)]
        : [];

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("step", Step);
        if (Args is { } args)
        {
            writer.WritePropertyName("args");
            args.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static Route ReadOne(JsonElement route) =>
        new(route.GetProperty("step").GetString()!, route.TryGetProperty("args", out var args) ? args : null);
}
