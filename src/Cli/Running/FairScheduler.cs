using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.Cli.Running;

/// <summary>
/// Shares the processors of this process among executions: the thread pool serves whoever queues most, so that one with a giant loop would hold up a
/// thousand small ones. Each execution has a <see cref="TaskScheduler"/>; what is awaited under it comes back to it.
/// </summary>
/// <param name="threads">Tasks at once; at least 1. They must not wait for each other but by <c>await</c>.</param>
internal sealed class FairScheduler(TimeProvider time, int threads) : IThreadPoolWorkItem
{
    /// <summary>An execution is left for another after so long, and a thread for the rest of the process, which has timers and sockets to serve.</summary>
    private static readonly TimeSpan s_quantum = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly FairQueue<Turn> _queue = new(s_quantum.Ticks);
    private int _running;

    private int Threads => threads;

    /// <summary>A scheduler for one more execution.</summary>
    public TaskScheduler CreateScheduler() => new ExecutionScheduler(this);

    void IThreadPoolWorkItem.Execute()
    {
        for (var (began, left) = (time.GetTimestamp(), s_quantum); left > TimeSpan.Zero;)
        {
            FairFlow<Turn>? flow;
            Turn turn;
            lock (_lock)
            {
                if (!_queue.TryDequeue(out flow, out turn))
                {
                    _running--;
                    return;
                }
            }

            turn.Scheduler.Run(turn.Task);
            var took = time.GetElapsedTime(began);
            (began, left) = (time.GetTimestamp(), left - took);
            lock (_lock) flow.Charge(took.Ticks);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Enqueue(FairFlow<Turn> flow, Turn turn)
    {
        lock (_lock)
        {
            _queue.Enqueue(flow, turn);
            if (_running == threads) return;
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private readonly record struct Turn(ExecutionScheduler Scheduler, Task Task);

    private sealed class ExecutionScheduler(FairScheduler all) : TaskScheduler
    {
        private readonly FairFlow<Turn> _flow = new();

        public override int MaximumConcurrencyLevel => all.Threads;

        public void Run(Task task) => TryExecuteTask(task);

        protected override void QueueTask(Task task) => all.Enqueue(_flow, new Turn(this, task));

        /// <summary>What is completed by a task of this execution may go on within that task's turn.</summary>
        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
            Current == this && !taskWasPreviouslyQueued && TryExecuteTask(task);

        /// <summary>For debuggers.</summary>
        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
