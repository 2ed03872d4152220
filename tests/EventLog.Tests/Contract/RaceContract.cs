using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog.Tests.Support;

namespace PlaybookOperator.EventLog.Tests.Contract;

public abstract class RaceContract : EventLogContract
{
    private const int Total = 300;

    [Fact]
    public async Task Two_operators_and_eight_reporters_lose_and_double_nothing()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        var other = await Kind.AnotherProcessAsync();
        await using var owned = ReferenceEquals(other, Kind) ? null : other;
        var id = await Log.CreateAsync(Build.Execution(), Stop);
        var race = new Race(id, Total, seed: 5);
        await race.RunAsync([Kind, other], [Kind, Kind, Kind, Kind, other, other, other, other], patience.Token);
        Assert.Equal(Total, race.Accepted);
        await Race.CheckAsync(Reader, id, Total);
    }

    [Fact]
    public async Task A_watcher_hears_of_open_executions_and_of_changes_by_another_process()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var other = await Kind.AnotherProcessAsync();
        await using var owned = ReferenceEquals(other, Kind) ? null : other;
        var open = await Log.CreateAsync(Build.Execution(), Stop);
        await using var woken = Kind.WakeUps.WatchAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await woken.MoveNextAsync());
        Assert.Equal(open, woken.Current);
        var late = await other.Log.CreateAsync(Build.Execution(), Stop);
        await other.Log.AppendedAsync(late, Build.Begin(1, 1));
        await UntilAsync(woken, late);
        await other.Log.IngestAsync(late, [Build.Done(2, 0)], Stop);
        await UntilAsync(woken, late);
    }

    private static async Task UntilAsync(IAsyncEnumerator<ExecutionId> woken, ExecutionId wanted)
    {
        do Assert.True(await woken.MoveNextAsync());
        while (woken.Current != wanted);
    }
}
