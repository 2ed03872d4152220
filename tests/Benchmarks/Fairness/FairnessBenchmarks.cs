using System.Diagnostics;
using System.Globalization;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Benchmarks.Fairness;

/// <summary>
/// Small executions in the engine of <c>playbook run</c>, a thousand at once in one process, without and beside one that has work for minutes: how long each
/// takes from its creation to its end. Alone and beside take turns; medians of the rounds.
/// </summary>
public static class FairnessBenchmarks
{
    private const int Small = 1_000;
    private const int WarmUps = 6;
    private const int Rounds = 7;
    private const double Goal = 2;

    /// <summary>Returns 0, or 1 when the 95th percentile beside the giant is over <see cref="Goal"/> times that without.</summary>
    public static async Task<int> RunAsync()
    {
        // What is compiled on the way is nobody's completion time.
        for (var i = 0; i < WarmUps; i++) await MeasureAsync(withGiant: i % 2 == 0);
        var (alone, beside) = (new List<Figures>(), new List<Figures>());
        for (var round = 0; round < Rounds; round++)
        {
            alone.Add(await MeasureAsync(withGiant: false));
            beside.Add(await MeasureAsync(withGiant: true));
        }

        var (without, with) = (Median(alone.Select(one => one.P95)), Median(beside.Select(one => one.P95)));
        Print($"p95 alone {without:N0} ms, beside the giant {with:N0} ms, ratio {with / without:N2}; the giant meanwhile {Median(beside.Select(one => one.GiantsRate)):N0} iterations/s");
        Print($"rounds alone {Listed(alone)}, beside {Listed(beside)}");
        Print($"at most {Goal} times: {(with <= Goal * without ? "yes" : "NO")}");
        return with <= Goal * without ? 0 : 1;
    }

    private static async Task<Figures> MeasureAsync(bool withGiant)
    {
        await using var store = await Store.OpenAsync(Store.Memory, events: null, TimeProvider.System, TextWriter.Null, CancellationToken.None);
        var request = new RunRequest { File = "bench.yaml", Workload = JsonText.EmptyObject, Secrets = new Dictionary<string, string>(StringComparer.Ordinal), Store = Store.Memory };
        await using var run = new LocalRun(store, request, events: null, TimeProvider.System);
        await using var giant = withGiant ? await Giant.StartAsync(run, Loop("giant", iterations: 100_000_000, parallel: 8)) : null;
        var small = Loop("small", iterations: 20, parallel: 2);
        var (began, before) = (Stopwatch.GetTimestamp(), giant?.Done ?? 0);
        var times = await Task.WhenAll(Enumerable.Range(0, Small).Select(_ => TimeAsync(run, small)));
        var rate = ((giant?.Done ?? 0) - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (giant is { HasEnded: true }) throw new InvalidOperationException("The giant has ended before the others: the figures would not be of executions beside it.");
        return new Figures(times.Order().ElementAt((Small * 95 / 100) - 1), rate);
    }

    private static async Task<double> TimeAsync(LocalRun run, PlaybookFile playbook)
    {
        // All are there at once: who waits for its turn waits already.
        var created = Stopwatch.GetTimestamp();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var id = await run.StartAsync(playbook, JsonText.EmptyObject, parent: null);
        var pass = await run.FinishAsync(id, static _ => { }, CancellationToken.None);
        if (pass.State.Phase != ExecutionPhase.Completed) throw new InvalidOperationException(pass.State.Message);
        return Stopwatch.GetElapsedTime(created).TotalMilliseconds;
    }

    private static PlaybookFile Loop(string name, int iterations, int parallel) => PlaybookFile.Compile("bench.yaml", YamlDocument.ReadAll(string.Create(CultureInfo.InvariantCulture, $$$"""
        apiVersion: playbooks.dev/v1alpha1
        kind: Playbook
        metadata: {name: {{{name}}}}
        spec:
          limits: {maxIterations: {{{iterations}}}}
          workflow:
          - step: spin
            loop: {in: "{{ range({{{iterations}}}) }}", iterator: i, mode: async, maxParallel: {{{parallel}}}, poolSize: 1, workers: pool, collect: none}
            tool: {kind: noop}
        """))[0]);

    private static double Median(IEnumerable<double> figures) => figures.Order().ElementAt(Rounds / 2);

    private static string Listed(List<Figures> figures) => string.Join(' ', figures.Select(one => one.P95.ToString("N0", CultureInfo.InvariantCulture)));

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <param name="P95">95th percentile of the small ones' times, in milliseconds.</param>
    /// <param name="GiantsRate">Iterations a second that the giant ended meanwhile.</param>
    private readonly record struct Figures(double P95, double GiantsRate);
}
