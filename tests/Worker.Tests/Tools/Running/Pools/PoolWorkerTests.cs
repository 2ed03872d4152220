using System.Text.Json;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Memory;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Running.Pools;
using PlaybookOperator.Tools.Secrets;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Running.Pools;

public sealed class PoolWorkerTests
{
    private static readonly JsonElement s_empty = JsonElement.Parse("{}");

    [Fact]
    public async Task After_a_failure_nothing_is_asked_for_on_an_answer_that_was_under_way_before_it()
    {
        // Nothing runs before the queue lets it: its second answer is under way while the first iteration fails.
        using var gate = new SemaphoreSlim(0);
        var queue = new OneLease(gate);
        using var tools = new ToolRegistry(TimeProvider.System);
        var runner = new AssignmentRunner(
            tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), TimeProvider.System, () => 0.5);
        var assignment = Assignment();
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, TimeProvider.System, gate);

        Assert.Equal(PoolEnd.Left, await worker.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal((0L, WorkOutcome.Failed), Assert.Single(queue.Reports.Select(report => (report.Index, report.Outcome))));
        Assert.Equal(0, queue.WantsWithTheFailure);
        Assert.Equal([0, 1], queue.Heard.Distinct());
    }

    [Fact]
    public async Task The_last_word_of_a_worker_that_is_stopped_repeats_what_it_had_under_way()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var queue = new StoppedWhileItHears(stop);
        using var tools = new ToolRegistry(TimeProvider.System);
        var runner = new AssignmentRunner(
            tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), TimeProvider.System, () => 0.5);
        var assignment = Assignment();
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.RunAsync(stop.Token));

        Assert.True(queue.Last!.Leaves);
        Assert.Equal((0L, WorkOutcome.Failed), Assert.Single(queue.Last.Reports.Select(report => (report.Index, report.Outcome))));
    }

    [Fact]
    public async Task One_that_is_hurried_speaks_again_before_its_time()
    {
        // No time passes, and nothing ends: the gate is closed.
        using var gate = new SemaphoreSlim(0);
        var queue = new Hurrying();
        using var tools = new ToolRegistry(TimeProvider.System);
        var runner = new AssignmentRunner(
            tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), TimeProvider.System, () => 0.5);
        var assignment = Assignment();
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, new ManualTimeProvider(), gate);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        queue.Hurry = worker.Hurry;
        queue.HeardTwice = stop.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.RunAsync(stop.Token));

        Assert.Equal([false, false, true], queue.Words.Select(word => word.Leaves));
    }

    [Theory]
    [InlineData(0.5, 400)]
    [InlineData(0.9, 200)]
    public async Task While_memory_is_short_less_is_asked_for(double share, int wants)
    {
        var queue = new Farewell();
        using var tools = new ToolRegistry(TimeProvider.System);
        var runner = new AssignmentRunner(
            tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), TimeProvider.System, () => 0.5);
        var assignment = Assignment() with { Pool = Assignment().Pool! with { BatchSize = 400 } };
        var memory = new ProcessMemory(TimeProvider.System) { Share = () => share };
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, TimeProvider.System, memory: memory);

        Assert.Equal(PoolEnd.Left, await worker.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(wants, queue.Wants);
    }

    [Fact]
    public async Task A_fault_of_a_slot_fails_its_iteration_without_its_words_and_frees_the_place()
    {
        var queue = new TwoLeased();
        using var tools = new ToolRegistry(TimeProvider.System);
        var time = new FaultyOnce();
        var runner = new AssignmentRunner(tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), time, () => 0.5);
        var assignment = Assignment() with
        {
            Task = JsonElement.Parse("""{"tool": {"kind": "transform", "result": "{{ item }}"}}"""),
            Pool = Assignment().Pool! with { IsSequential = false, StopsOnFailure = false },
        };
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, TimeProvider.System);
        time.IsArmed = true;

        Assert.Equal(PoolEnd.Left, await worker.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        var failed = Assert.Single(queue.Reports, report => report.Outcome == WorkOutcome.Failed);
        Assert.Equal((WorkErrorKind.Internal, "The worker failed: InvalidOperationException."), (failed.Error!.Kind, failed.Error.Message));
        Assert.Single(queue.Reports, report => report.Outcome == WorkOutcome.Completed);
    }

    [Fact]
    public async Task The_last_report_of_a_word_tells_for_all_of_them_what_the_caches_have_done()
    {
        using var tools = new ToolRegistry(TimeProvider.System);
        var caches = new WorkerCaches(new TemplateCache(TimeProvider.System), tools.Instances);
        var runner = new AssignmentRunner(
            tools, new GivenSecrets(new Dictionary<string, string>()), new RunnerOptions(), TimeProvider.System, () => 0.5, caches: caches);
        var assignment = Assignment() with
        {
            Task = JsonElement.Parse("""{"tool": {"kind": "transform", "result": ["plain", "{{ item }}", "{{ item + 1 }}"]}}"""),
            Pool = Assignment().Pool! with { Total = 1000, IsSequential = false },
        };
        var queue = new OneRange(1000);
        var worker = new PoolWorker(runner, assignment, runner.Compile(assignment, out _)!, queue, TimeProvider.System);

        Assert.Equal(PoolEnd.Left, await worker.RunAsync(TestContext.Current.CancellationToken));

        var told = queue.Words.SelectMany(word => word.Reports).Select(report => report.Caches).OfType<IReadOnlyList<CacheCounts>>().SelectMany(counts => counts).ToList();
        Assert.All(told, counts => Assert.Equal("template", counts.Cache));
        Assert.Equal((2000, 2), (told.Sum(counts => counts.Hits), told.Sum(counts => counts.Misses)));
        Assert.All(queue.Words, word => Assert.DoesNotContain(word.Reports.SkipLast(1), report => report.Caches is not null));
    }

    private static Assignment Assignment() => new()
    {
        ExecutionId = 7,
        RunId = 3,
        Step = "s",
        Epoch = 0,
        Index = -2,
        Fence = 1,
        IterationId = "7-3",
        Now = DateTimeOffset.UnixEpoch,
        Task = JsonElement.Parse("""{"tool": {"kind": "transform", "result": "{{ missing.name }} of {{ item }}"}}"""),
        WorkloadTemplate = s_empty,
        WorkloadValues = s_empty,
        Variables = s_empty,
        Pool = new PoolWork("item", Total: 5, Chunk: null, RangeStart: 0, RangeStep: 1, IsSequential: true, StopsOnFailure: true, BatchSize: null),
    };

    /// <summary>A clock that is broken once, where nothing expects it.</summary>
    private sealed class FaultyOnce : TimeProvider
    {
        public bool IsArmed { get; set; }

        public override long GetTimestamp()
        {
            if (!IsArmed) return base.GetTimestamp();
            IsArmed = false;
            throw new InvalidOperationException("words that nobody has masked");
        }
    }

    /// <summary>Leases two iterations for one place, and has the worker leave once both were reported.</summary>
    private sealed class TwoLeased : IPoolQueue
    {
        private bool _leased;

        public List<WorkReport> Reports { get; } = [];

        public ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Reports.AddRange(request.Reports);
            IReadOnlyList<LeasedRange> leased = _leased ? [] : [new LeasedRange(1, 0, 2, 0, Elements: null)];
            _leased = true;
            return new(new PoolReply([.. request.Reports.Select(_ => "accepted")], leased, Slots: 1, Stop: false, Leave: Reports.Count >= 2, AskAgainAt: null));
        }
    }

    /// <summary>Leases so many iterations at once, and has the worker leave once all were reported.</summary>
    private sealed class OneRange(int count) : IPoolQueue
    {
        public List<PoolRequest> Words { get; } = [];

        public ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Words.Add(request);
            IReadOnlyList<LeasedRange> leased = Words.Count == 1 ? [new LeasedRange(1, 0, count, AttemptsUsed: 0, Elements: null)] : [];
            var isOver = Words.Sum(word => word.Reports.Count) >= count;
            return new(new PoolReply([.. request.Reports.Select(_ => "accepted")], leased, Slots: 4, Stop: false, Leave: isOver, AskAgainAt: null));
        }
    }

    /// <summary>Leases one iteration, has the worker hurry while it hears of it, and notes that it comes again.</summary>
    private sealed class Hurrying : IPoolQueue
    {
        public List<PoolRequest> Words { get; } = [];

        public Action Hurry { get; set; } = () => { };

        public Action HeardTwice { get; set; } = () => { };

        public ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Words.Add(request);
            if (Words.Count == 1) Hurry();
            else if (Words.Count == 2) HeardTwice();
            IReadOnlyList<LeasedRange> leased = Words.Count == 1 ? [new LeasedRange(1, 0, 1, AttemptsUsed: 0, Elements: null)] : [];
            return ValueTask.FromResult<PoolReply?>(new PoolReply([], leased, Slots: 1, Stop: false, Leave: false, AskAgainAt: null));
        }
    }

    /// <summary>Sends the worker away with its first word.</summary>
    private sealed class Farewell : IPoolQueue
    {
        public int Wants { get; private set; }

        public ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Wants = request.Wants;
            return ValueTask.FromResult<PoolReply?>(new PoolReply([], [], Slots: 0, Stop: true, Leave: true, AskAgainAt: null));
        }
    }

    /// <summary>Leases one iteration, lets it run to its end during the next word, and stops the loop when it has heard of it.</summary>
    private sealed class OneLease(SemaphoreSlim gate) : IPoolQueue
    {
        private int _words;

        public List<WorkReport> Reports { get; } = [];

        public List<int?> Heard { get; } = [];

        /// <summary>What the worker would take when it tells of the failure.</summary>
        public int? WantsWithTheFailure { get; private set; }

        public async ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Heard.Add(request.Heard);
            Reports.AddRange(request.Reports);
            if (request.Reports.Count > 0) WantsWithTheFailure = request.Wants;
            if (_words++ == 0) return Reply(new LeasedRange(1, 0, 1, AttemptsUsed: 0, Elements: null));
            if (_words == 2)
            {
                gate.Release();
                await gate.WaitAsync(cancellationToken);
                gate.Release();
            }

            var stop = Reports.Count > 0;
            return Reply() with { Stop = stop, Leave = stop };
        }

        private static PoolReply Reply(params LeasedRange[] leased) => new([], leased, Slots: 1, Stop: false, Leave: false, AskAgainAt: null);
    }

    /// <summary>Leases one iteration; while it hears how that went the worker is stopped, and what it said is lost.</summary>
    private sealed class StoppedWhileItHears(CancellationTokenSource stop) : IPoolQueue
    {
        private bool _leased;

        public PoolRequest? Last { get; private set; }

        public async ValueTask<PoolReply?> TurnAsync(PoolRequest request, CancellationToken cancellationToken)
        {
            Last = request;
            var reply = new PoolReply([], [], Slots: 1, Stop: false, Leave: false, AskAgainAt: null);
            if (request.Leaves) return reply;
            if (request.Reports.Count > 0)
            {
                await stop.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (_leased) return reply;
            _leased = true;
            return reply with { Leased = [new LeasedRange(1, 0, 1, AttemptsUsed: 0, Elements: null)] };
        }
    }
}
