using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace PlaybookOperator.Benchmarks.Queues;

/// <param name="Seconds">From the first start to the last end.</param>
/// <param name="WalBytes">Written in that time, by the whole server.</param>
/// <param name="RssBytes">Of the process that did the work, at most.</param>
internal readonly record struct Figures(double Seconds, double WalBytes, double RssBytes);

/// <summary>Something that works off jobs that do nothing, in a process of its own.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Count">Jobs.</param>
/// <param name="RunAsync">Runs it once in an empty database.</param>
internal sealed record Contender(string Name, int Count, Func<NpgsqlConnectionStringBuilder, Task<Figures>> RunAsync)
{
    /// <param name="program">The published command line.</param>
    /// <param name="count">Iterations.</param>
    public static Contender Playbook(string program, int count) => new("playbook run --store", count, database => RunPlaybookAsync(program, count, database));

    /// <param name="packages">Where its script and packages are.</param>
    /// <param name="name">Of the script.</param>
    /// <param name="mode">plain or batched.</param>
    /// <param name="count">Jobs.</param>
    public static Contender Queue(string packages, string name, string mode, int count) => new($"{name}, {mode}", count, async database =>
    {
        var url = $"postgres://{database.Username}:{Uri.EscapeDataString(database.Password!)}@{database.Host}:{database.Port}/{database.Database}";
        var (output, _) = await RunProcessAsync("node", [Path.Combine(packages, $"{name}.mjs"), url, count.ToString(CultureInfo.InvariantCulture), mode]);
        var answer = JsonElement.Parse(output);
        return new Figures(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("wal").GetDouble(), answer.GetProperty("rss").GetDouble());
    });

    private static async Task<Figures> RunPlaybookAsync(string program, int count, NpgsqlConnectionStringBuilder database)
    {
        var folder = Directory.CreateTempSubdirectory("queues");
        try
        {
            var file = Path.Combine(folder.FullName, "noop.yaml");
            await File.WriteAllTextAsync(file, $$$"""
                apiVersion: playbooks.dev/v1alpha1
                kind: Playbook
                metadata: {name: noop}
                spec:
                  workflow:
                  - step: spin
                    loop: {in: "{{ range({{{count}}}) }}", iterator: i, mode: async, maxParallel: 8, workers: pool, collect: none}
                    tool: {kind: noop}
                """);
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync();
            var before = await WalAsync(connection);
            var (output, rss) = await RunProcessAsync(program, ["run", file, "--store", database.ConnectionString, "--output", "json"]);
            var wal = await WalAsync(connection) - before;
            return new Figures(JsonElement.Parse(output).GetProperty("duration_seconds").GetDouble(), wal, rss);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> WalAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8", connection);
        return (double)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<(string Output, double RssBytes)> RunProcessAsync(string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var reading = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        while (await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None)) != reading)
        {
            peak = Math.Max(peak, ResidentBytes(process.Id));
        }

        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        return (await reading, peak);
    }

    /// <summary>0 when it has ended meanwhile. proc(5): <c>statm</c> counts pages, the second field those that are resident.</summary>
    private static long ResidentBytes(int process)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
