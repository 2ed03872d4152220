using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Work;

/// <summary>How one delivery of a piece of work ended.</summary>
public enum WorkOutcome
{
    /// <summary>The result is there; terminal.</summary>
    Completed,

    /// <summary>It failed and will not be tried again; terminal.</summary>
    Failed,

    /// <summary>It failed, and the next attempt is too far away to wait for in the worker (see <see cref="WorkReport.NextAt"/>).</summary>
    Waiting,
}

/// <summary>What a worker says about one delivery of a piece of work. JSON: snake_case.</summary>
public sealed record WorkReport
{
    public required long RunId { get; init; }

    /// <summary>0-based iteration index, or −1 for a call outside loops.</summary>
    public required long Index { get; init; }

    /// <summary>The delivery this is about; a report counts only with the current fence of open work.</summary>
    public required int Fence { get; init; }

    public required WorkOutcome Outcome { get; init; }

    /// <summary>Call attempts used so far over all deliveries, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Milliseconds that this delivery took in the worker.</summary>
    public double DurationMs { get; init; }

    /// <summary>JSON value of a completed call; null and absent both mean JSON null.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Set unless <see cref="WorkOutcome.Completed"/>, or when a successful call is made again because a <c>case</c> asks for it.</summary>
    public WorkError? Error { get; init; }

    /// <summary>The loop's <c>until</c> was true after this iteration; null where there is none.</summary>
    public bool? Until { get; init; }

    /// <summary>
    /// What the loop's <c>aggregate</c> makes of the result, in ordinal order of the names; null: it has none. Each is null, which does not count, or
    /// between ±<see cref="WorkLimits.MaxNumber"/>.
    /// </summary>
    public IReadOnlyList<double?>? Numbers { get; init; }

    /// <summary>The entry of the step's <c>case</c> that was true, from 0; −1: none was. Null: the operator decides.</summary>
    public int? Case { get; init; }

    /// <summary>
    /// JSON object: those of <c>response</c>, <c>status_code</c>, <c>headers</c>, <c>links</c> that the step's own templates read and that the result does not hold.
    /// At most <see cref="WorkLimits.MaxResponseBytes"/>; null: nothing of it is needed.
    /// </summary>
    public JsonElement? Response { get; init; }

    /// <summary>The result is larger than the playbook wants in an event: it is stored by reference.</summary>
    public bool ByReference { get; init; }

    /// <summary>When the next attempt is due; only with <see cref="WorkOutcome.Waiting"/>.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Attempts that failed on the way and sinks that were written, oldest first; at most <see cref="WorkLimits.MaxNotes"/>, the rest is in <see cref="NotesDropped"/>.</summary>
    public IReadOnlyList<WorkNote> Notes { get; init; } = [];

    public int NotesDropped { get; init; }

    /// <summary>Conditions that met an undefined name or an error where the language says "false", and results that were cut; for a metric.</summary>
    public long Warnings { get; init; }

    /// <summary>
    /// Those of the warnings that their author should read, one sentence each: a result that is not all of it, a path that is nowhere. At most
    /// <see cref="WorkLimits.MaxWarningTexts"/>; null: there are none.
    /// </summary>
    public IReadOnlyList<string>? WarningTexts { get; init; }

    /// <summary>What the worker's caches have done since its last report, for metrics; null: nothing.</summary>
    public IReadOnlyList<CacheCounts>? Caches { get; init; }

    /// <summary>The child execution that did the work; only the operator itself says so, for the tool <c>playbook</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ExecutionId? Child { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public WorkKey Key => new(RunId, Index);
}

/// <summary>Something worth an event that happened during a delivery.</summary>
/// <param name="Type"><see cref="EventType.CallRetry"/>, <see cref="EventType.SinkDone"/> or <see cref="EventType.SinkError"/>.</param>
/// <param name="Attempt">The attempt that it happened in, from 1.</param>
/// <param name="Page">1-based page of a paginated call; null otherwise.</param>
/// <param name="Error">Why the attempt failed; null for <see cref="EventType.SinkDone"/>.</param>
/// <param name="DelayMs">Milliseconds waited before the next attempt; null unless retried.</param>
/// <param name="At">When, by the worker's clock.</param>
public sealed record WorkNote(EventType Type, int Attempt, int? Page, WorkError? Error, double? DelayMs, DateTimeOffset At);

/// <summary>
/// How far the page sinks of a paginated call have got. The log keeps the newest one beside the open work, over deliveries: a new worker fetches the
/// pages again, but does not write again what was written.
/// </summary>
/// <param name="Sunk">Pages whose sink has been written for certain.</param>
/// <param name="Pending">The transaction in which the sink of the page after these was about to be committed; null: none was.</param>
public sealed record PageProgress(int Sunk, string? Pending = null);

/// <summary><c>POST /worker/v1/progress</c>.</summary>
public sealed record ProgressReport(long RunId, long Index, int Fence, PageProgress Progress);

/// <summary>Why a call failed. Never holds a secret's value: the worker has masked it.</summary>
/// <param name="Kind">One of <see cref="WorkErrorKind"/>.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Status">HTTP status, when there is one.</param>
/// <param name="Code">SQLSTATE, exit code or another code of the called system, when there is one.</param>
/// <param name="Retryable">Whether the rule of SPEC.md for errors without <c>when</c> would retry it.</param>
public sealed record WorkError(string Kind, string Message, int? Status = null, string? Code = null, bool Retryable = false);

/// <summary>The closed set of error kinds.</summary>
public static class WorkErrorKind
{
    public const string Http = "Http";
    public const string Network = "Network";
    public const string Timeout = "Timeout";
    public const string InvalidResponse = "InvalidResponse";
    public const string ResponseTooLarge = "ResponseTooLarge";
    public const string Sql = "Sql";
    public const string Template = "Template";
    public const string Configuration = "Configuration";
    public const string Secret = "Secret";
    public const string Sink = "Sink";
    public const string Fail = "Fail";

    /// <summary>There are more pages than <c>max_attempts</c>, and <c>on_limit</c> is <c>fail</c>.</summary>
    public const string TooManyPages = "TooManyPages";

    /// <summary>A shell or a container ended with an exit code other than 0, which is <see cref="WorkError.Code"/>.</summary>
    public const string Exit = "Error";

    /// <summary>The image of a container was not to be had in time.</summary>
    public const string ImagePullFailed = "ImagePullFailed";

    /// <summary>A container was killed because it went over its memory limit, whatever its exit code.</summary>
    public const string OutOfMemory = "OOMKilled";

    /// <summary>A container ran longer than its timeout.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>The node of a container went away with it.</summary>
    public const string NodeLost = "NodeLost";
    public const string ResultTooLarge = "ResultTooLarge";
    public const string Playbook = "Playbook";
    public const string WorkerLost = "WorkerLost";
    public const string NoResult = "NoResult";
    public const string Internal = "Internal";
}

/// <summary>Bounds of the contract between operator and worker.</summary>
public static class WorkLimits
{
    /// <summary>Notes that one report may carry.</summary>
    public const int MaxNotes = 1000;

    /// <summary>Sentences that one report may carry beside its error.</summary>
    public const int MaxWarningTexts = 5;

    /// <summary>Characters of one of them; longer ones are cut.</summary>
    public const int MaxWarningLength = 500;

    /// <summary>Bytes of JSON that <see cref="WorkReport.Response"/> may have.</summary>
    public const int MaxResponseBytes = 64 << 10;

    /// <summary>Numbers of an aggregate may be so far from 0, so that no sum of their squares leaves the range of a double.</summary>
    public const double MaxNumber = 1e100;

    /// <summary>Bytes of JSON of a result in the query-result cache; larger ones are not kept.</summary>
    public const int MaxCachedResultBytes = 1 << 20;

    /// <summary>Bytes of what a container printed that are looked at.</summary>
    public const int MaxOutputBytes = 1 << 20;

    /// <summary>Characters of an error message; longer ones are cut.</summary>
    public const int MaxErrorLength = 4096;

    /// <summary>Waits longer than this many seconds are handed back to the operator.</summary>
    public const int MaxInWorkerWaitSeconds = 5;
}
