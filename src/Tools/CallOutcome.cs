using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools;

/// <summary>How one call ended.</summary>
public sealed record CallOutcome
{
    /// <summary>The tool's result in the shape that the language promises; undefined when it failed.</summary>
    public Value Result { get; init; }

    /// <summary>What templates see as <c>response</c>: the parsed body for http (also of an answer that counts as failure), else the result.</summary>
    public Value Response { get; init; }

    /// <summary>HTTP status; null when there was no answer, or for other tools.</summary>
    public int? Status { get; init; }

    /// <summary>A map from lower-case header name to text, found in any case; undefined for other tools.</summary>
    public Value Headers { get; init; }

    /// <summary>The <c>Link</c> header: a map from relation to a map with <c>url</c>; undefined for other tools.</summary>
    public Value Links { get; init; }

    /// <summary>Null: the call succeeded.</summary>
    public WorkError? Error { get; init; }

    /// <summary>How long the called system asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Things that went less well than asked, such as rows cut off.</summary>
    public int Warnings { get; init; }

    /// <summary>A result whose response is itself.</summary>
    public static CallOutcome Completed(Value result) => new() { Result = result, Response = result };

    public static CallOutcome Failed(WorkError error) => new() { Error = error };
}
