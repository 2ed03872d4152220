using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.EventLog.Memory;

/// <summary>The numbers of one run of a loop. Not thread-safe.</summary>
internal sealed class MemoryAggregates(AggregateBook book)
{
    private readonly RunningStats[] _stats = [.. book.Columns.Select(column => column.Stats)];
    private readonly Reservoir[] _samples = [.. book.Columns.Select(_ => new Reservoir(book.Samples))];
    private long _iterations;

    /// <summary>Takes in an accepted report.</summary>
    public void Add(ExecutionId id, WorkReport report)
    {
        if (report.Numbers is not { } numbers) return;
        _iterations++;
        var lot = SampleHash.Of(id.Value, report.RunId, report.Index);
        for (var i = 0; i < _stats.Length && i < numbers.Count; i++)
        {
            if (numbers[i] is not { } number) continue;
            _stats[i] = _stats[i].Add(number);
            _samples[i].Offer(new Sample(lot, number));
        }
    }

    /// <summary>Begins with what a former loop's numbers have come to; nothing happens when those have other names.</summary>
    public void Inherit(LoopAggregates former)
    {
        if (!former.Of.Select(sum => sum.Name).SequenceEqual(book.Columns.Select(column => column.Name), StringComparer.Ordinal)) return;
        _iterations += former.Iterations;
        for (var i = 0; i < _stats.Length; i++)
        {
            _stats[i] = _stats[i].Merge(former.Of[i].Stats);
            _samples[i].Merge(former.Of[i].Samples);
        }
    }

    /// <summary>A copy: what comes in later does not change it.</summary>
    public LoopAggregates Read(long done)
    {
        var summaries = new AggregateSummary[_stats.Length];
        for (var i = 0; i < summaries.Length; i++)
        {
            var copy = new Reservoir(book.Samples);
            copy.Merge(_samples[i]);
            summaries[i] = new AggregateSummary(book.Columns[i].Name, _stats[i], copy);
        }

        return new LoopAggregates(done, summaries) { Iterations = _iterations };
    }
}
