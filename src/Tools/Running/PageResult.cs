using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Running;

/// <summary>The result of calls that collect: counts and the collected value, never the raw pages.</summary>
internal static class PageResult
{
    /// <param name="isTruncated">There would have been more pages.</param>
    public static Value Of(int? status, Value collected, int pages, CollectStrategy strategy, bool isTruncated = false) => Value.Map([
        new("status", status is { } code ? Value.From((long)code) : Value.Null),
        new("data", collected),
        new("meta", Value.Map([
            new("pages", Value.From((long)pages)),
            new("strategy", Value.From(strategy.ToString().ToLowerInvariant())),
            .. isTruncated ? [new KeyValuePair<string, Value>("truncated", Value.True)] : Array.Empty<KeyValuePair<string, Value>>(),
        ])),
    ]);
}
