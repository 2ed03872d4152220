using System.Text.Json;
using PlaybookOperator.Core.Statistics;
using Xunit;

namespace PlaybookOperator.Core.Tests.Statistics;

public sealed class AggregateBookTests
{
    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public void The_rows_that_are_kept_hold_the_same_samples_as_a_reservoir_and_are_few()
    {
        const int Samples = 100, Numbers = 20_000;
        var random = new Random(_seed);
        var book = AggregateBook.Of(["a", "b"], Samples);
        var rows = new List<SampleRow>();
        Reservoir[] expected = [new(Samples), new(Samples)];
        var written = 0;
        for (var i = 0; i < Numbers; i++)
        {
            foreach (var column in book.Crowded.ToList()) book = Cut(book, column, rows);
            double?[] numbers = [random.NextDouble(), random.Next(3) == 0 ? null : i];
            var lot = SampleHash.Of(1, 2, i);
            var before = rows.Count;
            book = book.Add(lot, numbers, rows);
            written += rows.Count - before;
            for (var column = 0; column < numbers.Length; column++)
                if (numbers[column] is { } number) expected[column].Offer(new Sample(lot, number));
        }

        for (var column = 0; column < expected.Length; column++)
        {
            Assert.Equal(rows.Count(row => row.Column == column), book.Columns[column].Rows);
            var kept = new Reservoir(Samples);
            foreach (var row in rows.Where(row => row.Column == column)) kept.Offer(row.Sample);
            Assert.True(expected[column].Members.SequenceEqual(kept.Members), $"seed {_seed}, column {column}");
        }

        // 2 columns of k (2 + log2(n/2k)) = 864 each.
        Assert.InRange(written, 400, 3_000);
        Assert.InRange(rows.Count, 2 * Samples, 4 * Samples);
    }

    [Fact]
    public void What_is_null_or_beyond_the_columns_does_not_count()
    {
        var rows = new List<SampleRow>();
        var book = AggregateBook.Of(["a", "b"], 100).Add(1, [null, 4, 7], rows).Add(2, [3], rows);

        Assert.Equal((1, 3.0, 1, 4.0), (book.Columns[0].Stats.Count, book.Columns[0].Stats.Sum, book.Columns[1].Stats.Count, book.Columns[1].Stats.Sum));
        Assert.Equal([new SampleRow(1, new Sample(1, 4)), new SampleRow(0, new Sample(2, 3))], rows);
    }

    [Fact]
    public void The_document_reads_back_as_it_was()
    {
        var book = AggregateBook.Of(["a", "b"], 100).Add(ulong.MaxValue, [0.1, null], []).Add(3, [-1e100, null], []).Cut(0, ulong.MaxValue - 1);

        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(book, AggregateJson.Default.AggregateBook), AggregateJson.Default.AggregateBook)!;

        Assert.Equal(book.Samples, read.Samples);
        Assert.Equal(book.Columns, read.Columns);
    }

    private static AggregateBook Cut(AggregateBook book, int column, List<SampleRow> rows)
    {
        var lots = rows.Where(row => row.Column == column).Select(row => row.Sample.Lot).Order().ToList();
        var ceiling = lots[book.Samples - 1];
        rows.RemoveAll(row => row.Column == column && row.Sample.Lot > ceiling);
        return book.Cut(column, ceiling);
    }
}
