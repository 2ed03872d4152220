using PlaybookOperator.EventLog;

namespace PlaybookOperator.Cli.Running;

/// <summary>Keeps the file of <c>--events</c> at most a moment behind the log, so that it is there whatever becomes of this process.</summary>
/// <param name="reader">Where the events come from; null: the store hands them to the file itself.</param>
internal sealed class EventFollower : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly EventFile _events;
    private readonly IEventReader? _reader;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _following;

    public EventFollower(EventFile events, IEventReader? reader, TimeProvider time)
    {
        (_events, _reader, _time) = (events, reader, time);
        _following = FollowAsync();
    }

    /// <summary>Copies the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _following;
        _over.Dispose();
        if (_reader is not null) await _events.CopyAsync(_reader, CancellationToken.None);
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_pause, _time, _over.Token);
                if (_reader is not null) await _events.CopyAsync(_reader, _over.Token);
                _events.Flush();
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or EventLogUnavailableException or IOException)
        {
            // The rest is copied at the end, which tells what is wrong.
        }
    }
}
