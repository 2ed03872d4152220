using System.Globalization;
using Npgsql;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Benchmarks.Queues;

/// <summary>
/// One loop of iterations that do nothing, with <c>playbook run --store</c>, beside the job queues on Postgres that one would otherwise take: on one server,
/// whose commits wait for the disk, each contender in a database of its own, in turn, three times; the median counts.
/// </summary>
public static class QueueBenchmarks
{
    private const int Rounds = 3;

    /// <summary><paramref name="args"/>: the folder of the queues (eng/queues/install.sh), the number of iterations, the command line (hack/build.sh). Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var packages, var text, var playbook] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations < 1)
        {
            await Console.Error.WriteLineAsync("usage: queues FOLDER ITERATIONS PLAYBOOK");
            return 2;
        }

        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Fsync = true });
        Contender[] contenders =
        [
            Contender.Playbook(Path.GetFullPath(playbook), iterations),
            Contender.Queue(packages, "graphile-worker", "batched", iterations),
            Contender.Queue(packages, "graphile-worker", "plain", iterations / 20),
            Contender.Queue(packages, "pg-boss", "batched", iterations / 10),
            Contender.Queue(packages, "pg-boss", "plain", iterations / 100),
        ];
        var figures = contenders.ToDictionary(contender => contender, _ => new List<Figures>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                await using var database = await postgres.CreateDatabaseAsync();
                figures[contender].Add(await contender.RunAsync(new NpgsqlConnectionStringBuilder(database.ConnectionString)));
            }
        }

        Print(figures);
        return 0;
    }

    private static void Print(Dictionary<Contender, List<Figures>> figures)
    {
        Console.WriteLine($"{"",-28}{"median/s",10}{"lowest",10}{"highest",10}{"WAL bytes each",16}{"RSS MiB",9}");
        var medians = new Dictionary<Contender, double>();
        foreach (var (contender, rounds) in figures)
        {
            var rates = rounds.Select(round => contender.Count / round.Seconds).Order().ToArray();
            medians[contender] = rates[Rounds / 2];
            var wal = rounds.Select(round => round.WalBytes / contender.Count).Order().ElementAt(Rounds / 2);
            var rss = rounds.Max(round => round.RssBytes) / (1 << 20);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contender.Name,-28}{medians[contender],10:N0}{rates[0],10:N0}{rates[^1],10:N0}{wal,16:N0}{rss,9:N0}"));
        }

        var fastest = medians.Skip(1).MaxBy(other => other.Value);
        var ours = medians.First().Value;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ours / fastest.Value:F2} times the fastest of them, {fastest.Key.Name} (the goal is 2)"));
    }
}
