using PlaybookOperator.EventLog.Tests.Contract;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class PostgresAppendTests : AppendContract
{
    protected override async Task<ILogUnderTest> CreateAsync() => await PostgresLog.CreateAsync();
}
