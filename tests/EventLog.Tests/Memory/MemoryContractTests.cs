using PlaybookOperator.EventLog.Tests.Contract;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Memory;

public sealed class MemoryAppendTests : AppendContract
{
    protected override Task<ILogUnderTest> CreateAsync() => Task.FromResult<ILogUnderTest>(MemoryLog.Create());
}
