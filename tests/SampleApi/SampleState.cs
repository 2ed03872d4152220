namespace PlaybookOperator.SampleApi;

/// <summary>What the server remembers: a bounded log of requests and counters by run key. Thread-safe.</summary>
internal sealed class SampleState(TimeProvider time)
{
    private const int MaxRuns = 1000;
    private const double MaxDelayMs = 300_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RunCounters> _runs = [];
    private readonly Queue<string> _order = new();

    public TimeProvider Time => time;

    public RequestLog Requests { get; } = new();

    /// <summary>The counters of the request's run; the oldest run is forgotten when there are too many.</summary>
    public RunCounters Of(HttpContext context)
    {
        var key = Ask.RunKey(context);
        lock (_lock)
        {
            if (_runs.TryGetValue(key, out var counters)) return counters;
            if (_runs.Count == MaxRuns) _runs.Remove(_order.Dequeue());
            _order.Enqueue(key);
            return _runs[key] = new RunCounters(time);
        }
    }

    /// <summary>Notes the request and holds it for <c>delay_ms</c> milliseconds (query) before anything else happens.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments("/requests"))
            Requests.Add(new(request.Method, request.Path, request.QueryString.Value ?? "", time.GetUtcNow(), Ask.RunKey(context)));
        try
        {
            await HoldAsync(Ask.Fraction(context, "delay_ms", 0, MaxDelayMs), context.RequestAborted);
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away: half of the tests of timeouts end here.
        }
    }

    public async Task HoldAsync(double milliseconds, CancellationToken cancellationToken)
    {
        if (milliseconds > 0) await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellationToken);
    }
}
