using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

/// <summary>What every event log promises. One derived class a kind of log and a subject.</summary>
public abstract class EventLogContract : IAsyncLifetime
{
    private ILogUnderTest? _kind;

    protected ILogUnderTest Kind => _kind!;

    protected IEventLog Log => Kind.Log;

    protected IEventReader Reader => Kind.Reader;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kind = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Kind.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<ILogUnderTest> CreateAsync();
}
