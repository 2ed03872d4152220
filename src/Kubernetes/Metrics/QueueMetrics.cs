using System.Diagnostics.Metrics;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>What a queue lets be seen at the moment of a scrape.</summary>
internal interface IObservedQueue
{
    string Name { get; }

    /// <summary>Keys that are ready and wait for a worker.</summary>
    int Depth { get; }

    /// <summary>Seconds spent so far on keys whose work has not ended: their sum, and the longest one.</summary>
    (double TotalSeconds, double LongestSeconds) UnfinishedWork { get; }
}

/// <summary>The <c>workqueue_*</c> series, one set of them for each queue name.</summary>
internal sealed class QueueMetrics
{
    // From 10 ns by tens, as controller-runtime has them.
    private static readonly InstrumentAdvice<double> Buckets =
        new() { HistogramBucketBoundaries = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000] };

    private readonly Lock _lock = new();
    private readonly List<IObservedQueue> _queues = [];
    private readonly Counter<long> _adds;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _workDuration;

    public QueueMetrics(Meter meter)
    {
        _adds = meter.CreateCounter<long>("workqueue_adds_total", description: "Keys added to the queue.");
        _retries = meter.CreateCounter<long>("workqueue_retries_total", description: "Keys added again after a failure.");
        _queueDuration = meter.CreateHistogram("workqueue_queue_duration_seconds", "seconds", "Time a key waited before work on it began.",
            advice: Buckets);
        _workDuration = meter.CreateHistogram("workqueue_work_duration_seconds", "seconds", "Time the work on a key took.", advice: Buckets);
        meter.CreateObservableGauge("workqueue_depth", () => Observe(queue => queue.Depth), description: "Keys ready and waiting.");
        meter.CreateObservableGauge("workqueue_unfinished_work_seconds", () => Observe(queue => queue.UnfinishedWork.TotalSeconds), "seconds",
            "Time spent so far on work in progress.");
        meter.CreateObservableGauge("workqueue_longest_running_processor_seconds",
            () => Observe(queue => queue.UnfinishedWork.LongestSeconds), "seconds", "Age of the oldest work in progress.");
    }

    public void Register(IObservedQueue queue)
    {
        lock (_lock) _queues.Add(queue);
        _adds.Add(0, Label(queue));
        _retries.Add(0, Label(queue));
        // Not a number is not counted: the series begin with it.
        _queueDuration.Record(double.NaN, Label(queue));
        _workDuration.Record(double.NaN, Label(queue));
    }

    public void Unregister(IObservedQueue queue)
    {
        lock (_lock) _queues.Remove(queue);
    }

    public void Added(IObservedQueue queue) => _adds.Add(1, Label(queue));

    public void Retried(IObservedQueue queue) => _retries.Add(1, Label(queue));

    public void Started(IObservedQueue queue, TimeSpan waited) => _queueDuration.Record(waited.TotalSeconds, Label(queue));

    public void Finished(IObservedQueue queue, TimeSpan worked) => _workDuration.Record(worked.TotalSeconds, Label(queue));

    private static KeyValuePair<string, object?> Label(IObservedQueue queue) => new("name", queue.Name);

    private List<Measurement<double>> Observe(Func<IObservedQueue, double> value)
    {
        lock (_lock) return _queues.ConvertAll(queue => new Measurement<double>(value(queue), Label(queue)));
    }
}
