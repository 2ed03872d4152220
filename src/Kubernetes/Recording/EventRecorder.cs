using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Recording;

/// <summary>
/// Writes Kubernetes Events. They are a courtesy to people: recording never waits, never throws, and drops (counted in
/// <c>playbook_kubernetes_events_dropped_total</c>) what is too much. Thread-safe.
/// </summary>
public sealed class EventRecorder
{
    private const int MaxNoteCharacters = 1024;
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(3);

    private readonly ApiClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly KubernetesMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Channel<Occurrence> _buffer;
    private readonly EventSeriesTracker _tracker;
    private long _number;

    public EventRecorder(
        ApiClient client, EventRecorderOptions options, TimeProvider time, KubernetesMetrics metrics, ILogger<EventRecorder> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(metrics);
        _client = client;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _tracker = new EventSeriesTracker(options, time);
        // Wait makes TryWrite say no when full, so that what is dropped can be counted.
        _buffer = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(options.BufferSize) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        metrics.Events.StartAtZero();
    }

    /// <summary>Tells something about an object; it is written in the background.</summary>
    /// <param name="reason">Why, one CamelCase word of at most 128 characters.</param>
    /// <param name="action">What was done, one CamelCase word of at most 128 characters.</param>
    /// <param name="note">
    /// A sentence for people; cut at 1024 characters. Each distinct note is an event of its own, so that a counter in it would defeat
    /// the aggregation.
    /// </param>
    public void Record(ObjectReference regarding, EventType type, string reason, string action, string note)
    {
        var text = note ?? "";
        if (text.Length > MaxNoteCharacters) text = string.Concat(text.AsSpan(0, MaxNoteCharacters - 1), "…");
        var occurrence = new Occurrence(regarding, type, reason, action, text, _time.GetUtcNow());
        if (!_buffer.Writer.TryWrite(occurrence)) _metrics.Events.Dropped("buffer");
    }

    /// <summary>Writes what was recorded until cancelled, then what is left for 3 s at most.</summary>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var seriesWrittenAt = _time.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            await WaitForWorkAsync(cancellationToken);
            await WriteBufferedAsync(cancellationToken);
            if (_time.GetElapsedTime(seriesWrittenAt) < _options.SeriesWriteInterval) continue;
            await WriteSeriesAsync(cancellationToken);
            seriesWrittenAt = _time.GetTimestamp();
        }

        using var lastWord = new CancellationTokenSource(LastWordLimit, _time);
        await WriteBufferedAsync(lastWord.Token);
        await WriteSeriesAsync(lastWord.Token);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task WaitForWorkAsync(CancellationToken cancellationToken)
    {
        using var wake = new CancellationTokenSource(_options.SeriesWriteInterval, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, wake.Token);
        try
        {
            await _buffer.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to write the series, or to end: the caller looks.
        }
    }

    private async Task WriteBufferedAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && _buffer.Reader.TryRead(out var occurrence))
        {
            var series = _tracker.Admit(occurrence, () => NewName(occurrence.Regarding), out var isRepeat);
            if (series is null)
            {
                if (!isRepeat) _metrics.Events.Dropped("rate");
                continue;
            }

            var item = Build(occurrence, series.Name);
            if (!await TryAsync(occurrence.Reason, token => _client.CreateAsync(Resources.Events, item, token), cancellationToken))
                _tracker.Forget(occurrence);
        }
    }

    private async Task WriteSeriesAsync(CancellationToken cancellationToken)
    {
        foreach (var series in _tracker.Unwritten())
        {
            if (cancellationToken.IsCancellationRequested) return;
            var patch = new JsonObject
            {
                ["series"] = new JsonObject { ["count"] = series.Count, ["lastObservedTime"] = MicroTimeConverter.Format(series.LastAt) },
            };
            series.IsUnwritten = false;
            await TryAsync(
                "series", token => _client.MergePatchAsync(Resources.Events, series.Name, patch, null, token), cancellationToken);
        }
    }

    private async Task<bool> TryAsync(string reason, Func<CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write(cancellationToken);
            return true;
        }
        catch (Exception exception)
        {
            // A missing right or a dying namespace must not stop the loop, and nobody waits for the outcome.
            _metrics.Events.Dropped("refused");
            _logger.NotWritten(reason, exception.Message);
            return false;
        }
    }

    private Event Build(Occurrence occurrence, NamespacedName name) => new()
    {
        Metadata = new ObjectMeta { Name = name.Name, Namespace = name.Namespace },
        EventTime = occurrence.At,
        ReportingController = _options.ReportingController,
        ReportingInstance = _options.ReportingInstance,
        Action = occurrence.Action,
        Reason = occurrence.Reason,
        Regarding = occurrence.Regarding,
        Note = occurrence.Note,
        Type = occurrence.Type.ToString(),
    };

    // Unlike any other process's by the time, unlike our own by the number.
    private NamespacedName NewName(ObjectReference regarding)
    {
        var suffix = $".{_time.GetUtcNow().UtcTicks:x}{Interlocked.Increment(ref _number):x}";
        var stem = regarding.Name ?? "unnamed";
        const int maxName = 253;
        if (stem.Length + suffix.Length > maxName) stem = stem[..(maxName - suffix.Length)];
        return new NamespacedName(string.IsNullOrEmpty(regarding.Namespace) ? "default" : regarding.Namespace, stem + suffix);
    }
}
