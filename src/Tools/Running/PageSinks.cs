using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// Writes the sink of each page once, over attempts and over deliveries.
/// </summary>
/// <remarks>
/// <code>
/// worker                              log                        target
/// write page 3, transaction 77  ───────────────────────────────► rows, not committed
/// progress {sunk 2, pending 77} ────► beside the open work
/// commit 77                     ───────────────────────────────► rows stand
/// ── killed anywhere above; the next delivery gets {sunk 2, pending 77} ──
/// fetch pages 1, 2: no sink; page 3: was 77 committed?  ───────► yes: no sink · no: write it
/// </code>
/// A delivery that was replaced is told so before it commits. A sink without transactions says its progress after the write: a crash in between
/// repeats that page, under the same <c>Idempotency-Key</c>.
/// </remarks>
internal sealed class PageSinks(SinkWriter sinks, Assignment assignment, SaveProgress? save)
{
    private int _sunk = assignment.Progress?.Sunk ?? 0;
    private string? _pending = assignment.Progress?.Pending;
    private bool _wrote;

    /// <summary>This delivery has written a page: what it collected would have to be fetched again by another.</summary>
    public bool HasWritten => _wrote;

    /// <summary>Null when the page's sink is written, now or before.</summary>
    public async ValueTask<WorkError?> WriteAsync(SinkPlan sink, AttemptNumber number, Value part, CancellationToken cancellationToken)
    {
        var page = number.Page!.Value;
        if (page <= _sunk) return null;
        if (_pending is { } transaction)
        {
            var (committed, unknown) = await sinks.WasCommittedAsync(sink, part, transaction, cancellationToken);
            if (unknown is not null) return unknown;
            _pending = null;
            if (committed)
            {
                _sunk = page;
                return null;
            }
        }

        var announced = false;
        var error = await sinks.WriteAsync(sink, number, part, Announce, $"{assignment.IterationId}-{page}", cancellationToken);
        if (error is not null) return error;
        (_sunk, _wrote) = (page, true);
        if (!announced && save is not null) await save(new PageProgress(page), cancellationToken);
        return null;

        async ValueTask<bool> Announce(string transaction, CancellationToken token)
        {
            announced = true;
            return save is null || await save(new PageProgress(page - 1, transaction), token);
        }
    }
}
