using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Running;

/// <summary>The result of calls that collect: counts and the collected value, never the raw pages.</summary>
internal static class PageResult
{
    public static Value Of(int? status, Value collected, int pages, CollectStrategy strategy) => Value.Map([
        new("status", status is { } code ? Value.From((long)code) : Value.Null),
        new("data", collected),
        new("meta", Value.Map([
            new("pages", Value.From((long)pages)),
            new("strategy", Value.From(strategy.ToString().ToLowerInvariant())),
        ])),
    ]);
}
