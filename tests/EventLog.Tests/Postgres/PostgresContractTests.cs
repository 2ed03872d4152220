using PlaybookOperator.EventLog.Tests.Contract;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class PostgresAppendTests : AppendContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresIngestTests : IngestContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresWorkTests : WorkContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresPagingTests : PagingContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresHistoryTests : HistoryContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresRaceTests : RaceContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresLoopTests : LoopContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresPoolTests : PoolContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresAggregateTests : AggregateContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}

public sealed class PostgresListingTests : ListingContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}
