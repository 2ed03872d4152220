using System.Runtime.InteropServices;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>
/// Results as bytes of JSON: a copy, so that a small result never keeps the large document alive that it was cut from. Not thread-safe.
/// </summary>
internal sealed class MemoryResults(ByteBudget budget)
{
    private static readonly JsonElement s_null = JsonText.Write(static writer => writer.WriteNullValue());
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 10_000 };
    private readonly Dictionary<long, List<Entry>> _runs = [];
    private readonly Dictionary<long, byte[]> _calls = [];
    private long _bytes;

    public void Add(ExecutionEvent ended, JsonElement? result)
    {
        if (ended.Work is not { } key) return;
        if (ended.Type is EventType.IterationCompleted or EventType.IterationFailed) AddIteration(key, ended, result);
        else if (ended.Type == EventType.CallDone && ended.Result is null && result is { } large) Add(key.RunId, large);
    }

    /// <summary>Keeps the result of a call, unless there is no room.</summary>
    public void Add(long runId, JsonElement result)
    {
        if (Keep(result) is { } json) _calls[runId] = json;
    }

    public JsonElement? Find(WorkKey key)
    {
        if (key.IsCall) return _calls.TryGetValue(key.RunId, out var json) ? Parse(json) : null;
        return _runs.TryGetValue(key.RunId, out var entries) && key.Index >= 0 && key.Index < entries.Count && entries[(int)key.Index] is { Large: true, Json: { } found }
            ? Parse(found)
            : null;
    }

    public IReadOnlyList<IterationOutcome> Read(long runId, long fromIndex, int limit)
    {
        var outcomes = new List<IterationOutcome>();
        if (!_runs.TryGetValue(runId, out var entries)) return outcomes;
        for (var i = Math.Max(fromIndex, 0); i < entries.Count && outcomes.Count < limit; i++)
        {
            if (entries[(int)i] is { Ended: true } entry) outcomes.Add(entry.ToOutcome(i, budget));
        }

        return outcomes;
    }

    /// <summary>Iterations that have ended, by index from <paramref name="fromIndex"/> on, as far as is kept of them.</summary>
    public IEnumerable<IterationRow> Ended(long runId, long fromIndex)
    {
        if (!_runs.TryGetValue(runId, out var entries)) yield break;
        for (var i = Math.Max(fromIndex, 0); i < entries.Count; i++)
            if (entries[(int)i] is { Ended: true } entry) yield return entry.ToRow(i);
    }

    /// <summary>Ended iterations that succeeded, by index from <paramref name="fromIndex"/> on.</summary>
    public IEnumerable<(long Index, Entry Entry)> Succeeded(long runId, long fromIndex, int limit)
    {
        if (!_runs.TryGetValue(runId, out var entries)) yield break;
        for (var i = Math.Max(fromIndex, 0); i < entries.Count && limit > 0; i++)
        {
            if (entries[(int)i] is not { Ended: true, Error: null } entry) continue;
            limit--;
            yield return (i, entry);
        }
    }

    /// <summary>What is kept of an iteration that has ended; null when there is none.</summary>
    public Entry? Ended(WorkKey key) =>
        _runs.TryGetValue(key.RunId, out var entries) && key.Index >= 0 && key.Index < entries.Count && entries[(int)key.Index].Ended ? entries[(int)key.Index] : null;

    /// <summary>Puts a former execution's result in its place here. Its bytes are shared; they are counted where they were made.</summary>
    public void Carry(WorkKey key, CarriedIteration iteration, Entry former) =>
        Place(key) = former with { Ended = true, Error = null, Size = iteration.Size, Origin = iteration.Origin };

    public void Clear()
    {
        budget.Release(_bytes);
        _bytes = 0;
        _runs.Clear();
        _calls.Clear();
    }

    private void AddIteration(WorkKey key, ExecutionEvent ended, JsonElement? result)
    {
        var failed = ended.Type == EventType.IterationFailed;
        var json = failed || result is null ? null : Keep(result);
        Place(key) = new Entry(
            Ended: true, json, failed ? ended.Error ?? "" : null, Large: ended.Result is null, Dropped: !failed && result is not null && json is null)
        {
            Size = ended.ChunkSize,
            Cancelled = ended.Status == EventStatus.Cancelled,
        };
    }

    private ref Entry Place(WorkKey key)
    {
        var entries = CollectionsMarshal.GetValueRefOrAddDefault(_runs, key.RunId, out _) ??= [];
        if (key.Index >= entries.Count) CollectionsMarshal.SetCount(entries, checked((int)key.Index + 1));
        return ref CollectionsMarshal.AsSpan(entries)[(int)key.Index];
    }

    private byte[]? Keep(JsonElement? result)
    {
        if (result is not { } value) return null;
        var json = JsonMarshal.GetRawUtf8Value(value);
        if (!budget.TryTake(json.Length)) return null;
        _bytes += json.Length;
        return json.ToArray();
    }

    private static JsonElement Parse(byte[] json) => JsonElement.Parse(json, s_options);

    /// <summary>What is kept of one iteration.</summary>
    internal readonly record struct Entry(bool Ended, byte[]? Json, string? Error, bool Large, bool Dropped)
    {
        /// <summary>Elements of a chunk; null for single iterations.</summary>
        public int? Size { get; init; }

        /// <summary>Whether it was stopped because its execution was.</summary>
        public bool Cancelled { get; init; }

        /// <summary>Where a carried result was made; null: here.</summary>
        public ResultOrigin? Origin { get; init; }

        public IterationRow ToRow(long index) => new(index, Error is null ? IterationStatus.Completed : Cancelled ? IterationStatus.Cancelled : IterationStatus.Failed)
        {
            Error = Error,
            Result = Json is null || Large ? null : Parse(Json),
            Size = Size,
            CarriedFrom = Origin?.Execution,
        };

        public IterationOutcome ToOutcome(long index, ByteBudget budget)
        {
            if (Error is not null) return new IterationOutcome(index, Result: null, Error);
            if (Dropped) return new IterationOutcome(index, Result: null, budget.Refusal);
            return new IterationOutcome(index, Json is null ? s_null : Parse(Json), Error: null);
        }
    }
}
