using System.Collections.Concurrent;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;

namespace PlaybookOperator.Cli.Running;

/// <summary>The whole log as NDJSON, one event a line, in order; the logs of children stand between, each in its own order.</summary>
internal sealed class EventFile(string file) : IDisposable
{
    private const int PageSize = 500;
    private readonly FileStream _stream = Create(file);
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ExecutionId, ExecutionId?> _parents = new();

    /// <summary>Those whose logs may have grown since they were copied, and how far each was copied, where a store does not hand its events out.</summary>
    private readonly ConcurrentDictionary<ExecutionId, bool> _changed = new();
    private readonly Dictionary<ExecutionId, long> _copied = [];

    private string? _failure;

    /// <summary>Tells of an execution before it has events.</summary>
    public void Expect(ExecutionId execution, ExecutionId? parent) => _parents[execution] = parent;

    public void Write(ExecutionId execution, ExecutionEvent happened)
    {
        lock (_lock)
        {
            // A disk that is full must not end the run: what was not written is told at its end.
            if (_failure is not null) return;
            try
            {
                EventLine.Write(_stream, execution, _parents.GetValueOrDefault(execution), happened);
                _stream.WriteByte((byte)'\n');
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _failure = Sentence.Reason(failure);
            }
        }
    }

    /// <summary>Ends the file. The sentence that it does not hold all events, and why; null: it does.</summary>
    public string? Close()
    {
        lock (_lock)
        {
            try
            {
                _stream.Dispose();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _failure ??= Sentence.Reason(failure);
            }

            return _failure is null ? null : $"--events {file}: {_failure}; the events there are not all.";
        }
    }

    /// <summary>The log of an execution may have grown.</summary>
    public void Changed(ExecutionId execution) => _changed[execution] = true;

    /// <summary>Copies what is new in a store that does not hand its events out as they happen. One at a time.</summary>
    public async Task CopyAsync(IEventReader reader, CancellationToken cancellationToken)
    {
        foreach (var id in _changed.Keys.Order())
        {
            _changed.TryRemove(id, out _);
            try
            {
                await CopyAsync(reader, id, cancellationToken);
            }
            catch
            {
                // Who copied may have been told to stop in the middle: the rest is still to be copied.
                _changed[id] = true;
                throw;
            }
        }
    }

    /// <summary>Has the file hold what was written so far, whatever becomes of this process.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_failure is not null) return;
            try
            {
                _stream.Flush();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _failure = Sentence.Reason(failure);
            }
        }
    }

    /// <exception cref="UsageException">The file cannot be written.</exception>
    private static FileStream Create(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--events: {unwritable.Message}");
        }
    }

    private async Task CopyAsync(IEventReader reader, ExecutionId id, CancellationToken cancellationToken)
    {
        var after = _copied.GetValueOrDefault(id);
        while (true)
        {
            var page = await reader.PageAsync(id, new EventQuery(1, PageSize, SinceEventId: after), cancellationToken);
            foreach (var happened in page.Events) Write(id, happened);
            if (page.Events.Count > 0) _copied[id] = after = page.Events[^1].EventId;
            // A log that grows as fast as it is copied is never copied whole: what was read is handed over page by page.
            Flush();
            if (page.Events.Count < PageSize) return;
        }
    }

    public void Dispose() => Close();
}
