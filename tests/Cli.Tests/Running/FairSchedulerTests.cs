using PlaybookOperator.Cli.Running;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Cli.Tests.Running;

public sealed class FairSchedulerTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task A_small_execution_is_done_while_a_giant_has_had_one_turn()
    {
        var schedulers = new FairScheduler(_clock, threads: 1);
        var (giant, small) = (schedulers.CreateScheduler(), schedulers.CreateScheduler());
        var order = new List<string>();
        using var begin = new ManualResetEventSlim();

        // The one thread waits until everything is in line.
        var work = new List<Task> { On(giant, begin.Wait) };
        for (var i = 0; i < 100; i++) work.Add(On(giant, () => Step("giant", milliseconds: 1)));
        for (var i = 0; i < 5; i++) work.Add(On(small, () => Step("small", milliseconds: 0.1)));
        begin.Set();
        await Task.WhenAll(work);

        Assert.Equal(105, order.Count);
        Assert.Equal(["giant", "small", "small", "small", "small", "small", "giant"], order.Take(7));

        void Step(string name, double milliseconds)
        {
            order.Add(name);
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    [Fact]
    public async Task What_is_awaited_comes_back_to_the_scheduler_of_its_execution()
    {
        var schedulers = new FairScheduler(TimeProvider.System, threads: 2);
        var (mine, other) = (schedulers.CreateScheduler(), schedulers.CreateScheduler());

        await On(mine, async () =>
        {
            await Task.Yield();
            Assert.Same(mine, TaskScheduler.Current);
            await On(other, () => Assert.Same(other, TaskScheduler.Current));
            Assert.Same(mine, TaskScheduler.Current);
            await InnerAsync();
            Assert.Same(mine, TaskScheduler.Current);
        }).Unwrap();

        static async Task InnerAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    [Fact]
    public async Task No_more_run_at_once_than_there_are_threads_and_all_of_them_are_used()
    {
        const int Threads = 2;
        var schedulers = new FairScheduler(TimeProvider.System, Threads);
        var (running, most) = (0, 0);
        using var together = new Barrier(Threads);

        await Task.WhenAll(Enumerable.Range(0, 10 * Threads).Select(_ => On(schedulers.CreateScheduler(), () =>
        {
            var now = Interlocked.Increment(ref running);
            lock (together) most = Math.Max(most, now);
            // Passes only when as many are here.
            together.SignalAndWait(TestContext.Current.CancellationToken);
            Interlocked.Decrement(ref running);
        })));

        Assert.Equal(Threads, most);
    }

    [Fact]
    public async Task A_task_that_fails_does_not_keep_others_from_their_turn()
    {
        var schedulers = new FairScheduler(TimeProvider.System, threads: 1);
        var failed = On(schedulers.CreateScheduler(), () => throw new InvalidOperationException("wrong"));

        await On(schedulers.CreateScheduler(), () => { });

        Assert.Equal("wrong", (await Assert.ThrowsAsync<InvalidOperationException>(() => failed)).Message);
    }

    [Fact]
    public async Task A_hundred_executions_that_hand_work_to_themselves_all_end()
    {
        var schedulers = new FairScheduler(TimeProvider.System, threads: 4);

        var ends = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => On(schedulers.CreateScheduler(), async () =>
        {
            var done = 0;
            for (var i = 0; i < 200; i++)
            {
                await Task.Yield();
                done++;
            }

            return done;
        }).Unwrap()));

        Assert.All(ends, done => Assert.Equal(200, done));
    }

    private static Task On(TaskScheduler scheduler, Action work) =>
        Task.Factory.StartNew(work, TestContext.Current.CancellationToken, TaskCreationOptions.DenyChildAttach, scheduler);

    private static Task<T> On<T>(TaskScheduler scheduler, Func<T> work) =>
        Task.Factory.StartNew(work, TestContext.Current.CancellationToken, TaskCreationOptions.DenyChildAttach, scheduler);
}
