using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace PlaybookOperator.Core.Statistics;

/// <summary>
/// The running figures of a loop's <c>aggregate</c> as a log keeps them: one small document for each run, whose size follows the number of names alone.
/// The samples that quantiles are read from are kept beside it, in rows. JSON: snake_case.
/// </summary>
/// <param name="Samples">Samples that a quantile is read from, at most: those with the smallest lots.</param>
/// <param name="Columns">One for each name, in the order in which reports give their numbers.</param>
/// <remarks>
/// Rows are only ever added to a column until it has twice as many as are wanted; then those beyond the wanted ones go, and the column learns which lots
/// are too large to be worth a row. So a row costs a constant on average, and of n numbers about k·(2 + log₂(n/2k)) are ever written.
/// </remarks>
public sealed record AggregateBook(int Samples, ImmutableArray<AggregateColumn> Columns)
{
    /// <summary>Iterations whose numbers were added, those of a former loop included.</summary>
    public long Iterations { get; init; }

    public static AggregateBook Of(IEnumerable<string> names, int samples) => new(samples, [.. names.Select(name => new AggregateColumn(name))]);

    /// <summary>Columns whose rows beyond <see cref="Samples"/> are to be deleted before the next numbers are added.</summary>
    public IEnumerable<int> Crowded => Enumerable.Range(0, Columns.Length).Where(column => Columns[column].Rows >= 2 * Samples);

    /// <summary>After the rows of a column have been cut to <see cref="Samples"/>.</summary>
    /// <param name="ceiling">The largest lot that is left.</param>
    public AggregateBook Cut(int column, ulong ceiling) =>
        this with { Columns = Columns.SetItem(column, Columns[column] with { Rows = Samples, Ceiling = ceiling }) };

    /// <summary>Adds the numbers of one iteration that has succeeded. A duplicate must not come here.</summary>
    /// <param name="lot">What the iteration drew.</param>
    /// <param name="numbers">One for each column; null adds nothing to it, and so do numbers beyond the columns.</param>
    /// <param name="rows">Gets the samples that are worth a row.</param>
    public AggregateBook Add(ulong lot, IReadOnlyList<double?> numbers, ICollection<SampleRow> rows)
    {
        var columns = Columns.ToBuilder();
        for (var i = 0; i < columns.Count && i < numbers.Count; i++)
        {
            if (numbers[i] is not { } number) continue;
            var isKept = columns[i].Ceiling is not { } ceiling || lot < ceiling;
            if (isKept) rows.Add(new SampleRow(i, new Sample(lot, number)));
            columns[i] = columns[i] with { Stats = columns[i].Stats.Add(number), Rows = columns[i].Rows + (isKept ? 1 : 0) };
        }

        return this with { Iterations = Iterations + 1, Columns = columns.ToImmutable() };
    }
}

/// <param name="Name">As the playbook names it.</param>
public sealed record AggregateColumn(string Name)
{
    public RunningStats Stats { get; init; }

    /// <summary>Samples kept in rows.</summary>
    public int Rows { get; init; }

    /// <summary>Lots above are of no use; null: all are.</summary>
    public ulong? Ceiling { get; init; }
}

/// <summary>A sample of one column.</summary>
public readonly record struct SampleRow(int Column, Sample Sample);

/// <summary>How the book is stored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(AggregateBook))]
public sealed partial class AggregateJson : JsonSerializerContext;
