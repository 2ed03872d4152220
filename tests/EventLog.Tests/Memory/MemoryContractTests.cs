using PlaybookOperator.EventLog.Tests.Contract;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Memory;

public sealed class MemoryAppendTests : AppendContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryIngestTests : IngestContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryWorkTests : WorkContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryPagingTests : PagingContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryHistoryTests : HistoryContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryRaceTests : RaceContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryLoopTests : LoopContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryPoolTests : PoolContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryAggregateTests : AggregateContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}

public sealed class MemoryListingTests : ListingContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}
