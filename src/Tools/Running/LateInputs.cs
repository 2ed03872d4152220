using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// The results that one assignment refers to: each is asked for when it is first needed, once for all iterations that share the assignment. Thread-safe.
/// </summary>
internal sealed class LateInputs
{
    private readonly Assignment _assignment;
    private readonly Dictionary<string, InputReference> _references;
    private readonly IInputSource? _source;
    private readonly BoundedCache<string, Value> _read;

    private LateInputs(Assignment assignment, IReadOnlyList<InputReference> references, IInputSource? source, TimeProvider time)
    {
        (_assignment, _source) = (assignment, source);
        _references = references.ToDictionary(reference => reference.Step, StringComparer.Ordinal);
        _read = new BoundedCache<string, Value>(new BoundedCacheOptions { Name = "late_inputs", MaxEntries = references.Count, TimeToLive = TimeSpan.Zero }, time);
    }

    /// <summary>Null: the assignment carries everything.</summary>
    public static LateInputs? Of(Assignment assignment, IInputSource? source, TimeProvider time) =>
        assignment.References is { Count: > 0 } references ? new LateInputs(assignment, references, source, time) : null;

    public bool Has(string step) => _references.ContainsKey(step);

    public async ValueTask<(Value Value, WorkError? Error)> ReadAsync(string step, CancellationToken cancellationToken)
    {
        try
        {
            return (await _read.GetOrAddAsync(step, LoadAsync, cancellationToken), null);
        }
        catch (UnreadException unread)
        {
            return (Value.Undefined, unread.Error);
        }
    }

    private async Task<Value> LoadAsync(string step, CancellationToken cancellationToken)
    {
        if (_source is null) throw new UnreadException(new(WorkErrorKind.Internal, $"The result of step '{step}' is only referred to, and this worker cannot ask for it."));
        var (value, error) = await _source.ReadAsync(_assignment, _references[step], cancellationToken);
        return value is { } found ? Value.FromJson(found) : throw new UnreadException(error ?? new(WorkErrorKind.Internal, $"The result of step '{step}' is not there any more."));
    }

    /// <summary>A load that fails must throw, so that the next one who needs the result asks again.</summary>
    private sealed class UnreadException(WorkError error) : Exception(error.Message)
    {
        public WorkError Error => error;
    }
}
