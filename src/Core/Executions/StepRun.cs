using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Executions;

public enum StepStatus
{
    Running,
    Completed,
    Failed,
    Skipped,

    /// <summary>Ended before its time, because the workflow ended: it never started to work, or what it did was stopped.</summary>
    Cancelled,
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

    /// <summary>The attempt that ended the call, from 1; null until then, and for loops.</summary>
    public int? Attempt { get; init; }

    public string? Error { get; init; }

    /// <summary>The error as templates see it: kind, message, status, retryable.</summary>
    public JsonElement? ErrorDetail { get; init; }

    /// <summary>What its author should know of a call that stands nevertheless: sentences, few.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The entry of <c>case</c> that the worker found true, from 0; −1: none. Null: the operator looks for it.</summary>
    public int? MatchedCase { get; init; }

    /// <summary>The call has its terminal event (or the loop its own); the step has not left yet.</summary>
    public bool CallEnded { get; init; }

    /// <summary>The steps that were chosen at <c>step.exit</c>: recorded, so that replay never evaluates a template.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>
    /// The newest run of the step, this one or one before, that answered the steps which lead forward to it. A run that only a way back started answers
    /// none of them: what came from outside in the meantime is still to be answered.
    /// </summary>
    public long AnsweredBy { get; init; }

    /// <summary>Routes of former runs that their targets have not taken yet: choosing a step is never undone by running again.</summary>
    public ImmutableArray<Route> Owed { get; init; } = [];

    /// <summary>The last run before this one that did work: what templates read while this one has no result. Its own is null.</summary>
    public StepRun? Former { get; init; }

    /// <summary>Whether its result is that of a loop: from <c>iterator.started</c> on, unless the step's <c>case</c> has given it another.</summary>
    public bool IsLoop { get; init; }

    /// <summary>A failed step whose failure a <c>case</c> or <c>next</c> took up: the workflow goes on.</summary>
    public bool Handled { get; init; }

    /// <summary>Arguments that the predecessor's <c>next</c> handed over; null without.</summary>
    public JsonElement? Args { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool IsOver => Status != StepStatus.Running;

    /// <summary>The run whose result templates see under the step's name; null when there is none.</summary>
    public StepRun? Visible => CallEnded || Status is StepStatus.Completed or StepStatus.Failed ? this : Former;

    /// <summary>It failed and left no result: templates find null under its name, as under that of a step that did not run.</summary>
    public bool HasNothing => Error is not null && Result is null && ResultBytes is null && !IsLoop;

    /// <summary>The entries into that step which it has chosen and still owes.</summary>
    public IReadOnlyList<Route> RoutesTo(string step)
    {
        List<Route>? found = null;
        foreach (var route in Owed)
            if (route.Step == step) (found ??= []).Add(route);
        foreach (var route in Routes)
            if (route.Step == step) (found ??= []).Add(route);
        return found ?? (IReadOnlyList<Route>)[];
    }

    /// <summary>Whether it began after the other.</summary>
    public bool IsNewerThan(StepRun other) => IsNewer(RunId, other.RunId);

    /// <summary>Whether this run began after the target last answered those that lead to it; for a way back: after the target was last entered at all.</summary>
    public bool IsFreshFor(StepRun target, bool isBack = false) => IsNewer(RunId, isBack ? target.RunId : target.AnsweredBy);

    /// <summary>Ids of a batch that is not yet appended (negative, see <see cref="WorkKey.RunId"/>) come after all others.</summary>
    private static bool IsNewer(long run, long other) => (run < 0, other < 0) switch
    {
        (true, true) => run < other,
        (false, false) => run > other,
        (var isDrafted, _) => isDrafted,
    };
}

/// <summary>One chosen successor.</summary>
/// <param name="Step">Name of the step to enter.</param>
/// <param name="Args">Rendered <c>next.args</c>, or null.</param>
/// <param name="IsBack">Whether it leads back to the head of a circle.</param>
public sealed record Route(string Step, JsonElement? Args, bool IsBack = false)
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

        if (IsBack) writer.WriteBoolean("back", true);
        writer.WriteEndObject();
    }

    private static Route ReadOne(JsonElement route) =>
        new(route.GetProperty("step").GetString()!, route.TryGetProperty("args", out var args) ? args : null, route.TryGetProperty("back", out _));
}
