using PlaybookOperator.Core.Executions.Failures;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions.Failures;

public sealed class FailureTableTests
{
    [Fact]
    public void Failures_of_one_signature_are_counted_and_the_most_frequent_stand_first()
    {
        var table = FailureTable.Empty;
        for (var i = 0; i < 5; i++) table = table.Add(FailureTable.Of("Http", $"{500 + i} from the server"));
        table = table.Add(FailureTable.Of("Sql", "no such table 'a'", 7)).Add(FailureTable.Of("Http", "599 from the server"));
        Assert.Equal([new FailureCount("Sql: no such table '…'", 7, "no such table 'a'"), new FailureCount("Http: # from the server", 6, "500 from the server")], table.Entries);
        Assert.Equal(table, FailureTable.Read(table.Write()));
        Assert.Null(FailureTable.Empty.Write());
    }

    [Fact]
    public void The_table_is_bounded_and_a_newcomer_takes_the_place_of_the_least_frequent()
    {
        var table = FailureTable.Empty;
        foreach (var kind in Enumerable.Range(0, FailureTable.MaxEntries)) table = table.Add(FailureTable.Of(Word(kind), "failed", 2 + kind));
        table = table.Add(FailureTable.Of("newcomer", "failed"));
        Assert.Equal(FailureTable.MaxEntries, table.Entries.Length);
        Assert.Equal("newcomer: failed", table.Entries[^1].Signature);
        Assert.DoesNotContain(table.Entries, entry => entry.Signature == $"{Word(0)}: failed");
        for (var i = 0; i < 100; i++) table = table.Add(FailureTable.Of("newcomer", "failed"));
        Assert.Equal("newcomer: failed", table.Top[0].Signature);
        Assert.Equal(FailureTable.MaxShown, table.Top.Length);
    }

    [Fact]
    public void Adding_in_any_order_and_in_any_parts_gives_the_same_counts()
    {
        var random = new Random(3);
        var failures = Enumerable.Range(0, 500).Select(_ => FailureTable.Of(Word(random.Next(20)), "failed")).ToArray();
        var one = failures.Aggregate(FailureTable.Empty, (table, failure) => table.Add(failure));
        random.Shuffle(failures);
        var parts = failures.Chunk(37).Select(part => part.Aggregate(FailureTable.Empty, (table, failure) => table.Add(failure)));
        var other = parts.Aggregate(FailureTable.Empty, (table, part) => table.Add(part));
        Assert.Equal(one, other);
    }

    [Fact]
    public void An_example_is_cut() => Assert.Equal(FailureTable.MaxExampleLength, FailureTable.Of("K", new string('x', 10_000)).Entries[0].Example.Length);

    private static string Word(int number) => new((char)('a' + (number % 26)), 1 + (number / 26));
}
