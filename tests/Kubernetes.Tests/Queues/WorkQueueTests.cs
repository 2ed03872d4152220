using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Queues;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Queues;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly KubernetesMetrics _metrics = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(new WorkQueueOptions { Name = "test" }, _clock, _metrics);

    public void Dispose()
    {
        _queue.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Keys_come_out_once_and_in_order()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");
        Assert.Equal("a b", await TakeAsync(2));
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_key_added_during_its_work_comes_again_after_it_and_not_before()
    {
        _queue.Add("a");
        await TakeAsync(1);
        _queue.Add("a");
        _queue.Add("a");
        Assert.Equal(0, _queue.Depth);
        _queue.Done("a");
        Assert.Equal("a", await TakeAsync(1));
        _queue.Done("a");
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public void The_earliest_due_time_of_a_key_holds()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(3));
        _queue.AddAfter("a", TimeSpan.FromSeconds(20));
        _clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, _queue.Depth);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, _queue.Depth);
        Assert.Equal(0, _queue.Delayed);
    }

    [Fact]
    public async Task A_due_time_survives_the_work_in_between()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.Add("a");
        await TakeAsync(1);
        _queue.Done("a");
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("a", await TakeAsync(1));
    }

    [Fact]
    public async Task A_key_that_falls_due_during_its_work_comes_again_after_it()
    {
        _queue.Add("a");
        await TakeAsync(1);
        _queue.AddAfter("a", TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _queue.Depth);
        _queue.Done("a");
        Assert.Equal("a", await TakeAsync(1));
    }

    [Fact]
    public void A_due_time_beyond_what_a_timer_holds_still_comes()
    {
        _queue.AddAfter("a", TimeSpan.FromDays(90));
        _clock.Advance(TimeSpan.FromDays(89));
        Assert.Equal(0, _queue.Depth);
        _clock.Advance(TimeSpan.FromDays(1.1));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public void Delays_after_failures_double_up_to_a_limit_until_forgotten()
    {
        var delays = Enumerable.Range(0, 12).Select(_ => _queue.AddRateLimited("a").TotalMilliseconds).ToList();
        Assert.Equal([50, 100, 200, 400], delays.Take(4));
        Assert.Equal(60_000, delays[^1]);
        Assert.Equal(12, _queue.Failures("a"));
        Assert.Equal(50, _queue.AddRateLimited("b").TotalMilliseconds);
        _queue.Forget("a");
        Assert.Equal(50, _queue.AddRateLimited("a").TotalMilliseconds);
    }

    [Fact]
    public async Task A_waiting_worker_gets_the_key_as_soon_as_it_is_there()
    {
        var waiting = _queue.DequeueAsync(default).AsTask();
        Assert.False(waiting.IsCompleted);
        _queue.Add("a");
        Assert.Equal("a", (await waiting.Soon())!.Value.Key);
    }

    [Fact]
    public async Task The_time_that_a_key_waited_is_told()
    {
        _queue.Add("a");
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(4), (await _queue.DequeueAsync(default).AsTask().Soon())!.Value.Waited);
    }

    [Fact]
    public async Task A_cancelled_worker_takes_no_key_with_it()
    {
        using var stop = new CancellationTokenSource();
        var waiting = _queue.DequeueAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _queue.Add("a");
        Assert.Equal("a", await TakeAsync(1));
    }

    [Fact]
    public async Task Shutdown_sends_all_workers_home_and_waits_for_work_in_progress()
    {
        _queue.Add("a");
        await TakeAsync(1);
        _queue.Add("b");
        var shutDown = _queue.ShutDownAsync(default);
        Assert.Null(await _queue.DequeueAsync(default).AsTask().Soon());
        Assert.Null(await _queue.DequeueAsync(default).AsTask().Soon());
        Assert.False(shutDown.IsCompleted);
        _queue.Add("c");
        _queue.Done("a");
        await shutDown.Soon();
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task Many_workers_never_hold_one_key_at_a_time_and_no_wake_up_is_lost()
    {
        var held = new int[10];
        var seen = new int[10];
        var wanted = new int[10];
        var workers = Enumerable.Range(0, 4).Select(_ => WorkAsync()).ToList();
        for (var i = 0; i < 5000; i++)
        {
            Interlocked.Increment(ref wanted[i % 10]);
            _queue.Add($"{i % 10}");
        }

        await Patience.UntilAsync(() => Enumerable.Range(0, 10).All(key => Volatile.Read(ref seen[key]) == Volatile.Read(ref wanted[key])));
        await _queue.ShutDownAsync(default).Soon();
        await Task.WhenAll(workers).Soon();

        async Task WorkAsync()
        {
            while (await _queue.DequeueAsync(default) is { } item)
            {
                var key = int.Parse(item.Key);
                Assert.Equal(1, Interlocked.Increment(ref held[key]));
                Volatile.Write(ref seen[key], Volatile.Read(ref wanted[key]));
                await Task.Yield();
                Interlocked.Decrement(ref held[key]);
                _queue.Done(item.Key);
            }
        }
    }

    [Fact]
    public void Superseded_due_times_do_not_pile_up()
    {
        var due = new DueTimes<string>();
        for (var i = 100_000; i > 0; i--) due.Add("a", i);
        Assert.Equal(1, due.Count);
        Assert.True(due.TryTakeDue(1, out var key));
        Assert.Equal("a", key);
        Assert.Null(due.Next());
    }

    private async Task<string> TakeAsync(int count)
    {
        var keys = new List<string>();
        for (var i = 0; i < count; i++) keys.Add((await _queue.DequeueAsync(default).AsTask().Soon())!.Value.Key);
        return string.Join(' ', keys);
    }
}
