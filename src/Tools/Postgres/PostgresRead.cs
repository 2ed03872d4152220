using PlaybookOperator.Core.Templates;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>A SELECT.</summary>
internal sealed record PostgresRead(QueryKey Key) : CacheableCall(Key)
{
    public override Value Keep(CallOutcome outcome) => outcome.Result;

    public override CallOutcome Restore(Value kept) => CallOutcome.Completed(kept) with { Warnings = kept.GetMember("truncated").IsTruthy ? 1 : 0 };
}
