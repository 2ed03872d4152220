using System.Diagnostics;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Benchmarks.Templates;

/// <summary>Cached evaluation and parsing of twelve templates, beside Jinja2, nunjucks and liquidjs in the same run.</summary>
public static class TemplateBenchmarks
{
    private static readonly EvaluationContext Context = new() { Now = DateTimeOffset.UnixEpoch };
    private static readonly Variables Known = Variables.FromMembers(Value.Parse(BenchmarkExpressions.Context));

    /// <param name="args"><c>--packages DIR</c>: where npm has put nunjucks and liquidjs; without it only ours are measured.</param>
    public static int Run(string[] args)
    {
        var packages = args is ["--packages", var folder] ? Path.GetFullPath(folder) : null;
        // The first pass lets the compiler settle, so that no row pays for it.
        _ = BenchmarkExpressions.All.Sum(expression => Evaluate(expression.Jinja) + Compile(expression.Jinja));
        var ours = BenchmarkExpressions.All.Select(expression => (Evaluate(expression.Jinja), Compile(expression.Jinja))).ToArray();
        var columns = new List<(string Name, (double Nanoseconds, double Microseconds)[] Figures)> { ("ours", ours) };
        foreach (var engine in ReferenceEngine.All)
        {
            var reason = "--packages is not given";
            if (packages is not null && engine.Measure(packages, out reason) is { } figures)
            {
                columns.Add((engine.Name, figures));
            }
            else
            {
                Console.WriteLine($"not measured: {engine.Name}: {reason}");
            }
        }

        Print("ns per cached evaluation", columns, figure => figure.Nanoseconds);
        Print("µs per parse", columns, figure => figure.Microseconds);
        PrintConditions();
        return 0;
    }

    private static double Evaluate(string text)
    {
        if (!Template.TryParse(text, TemplateOptions.Default, out var template, out var error))
        {
            throw new InvalidOperationException(error.ToString());
        }

        return Time(() =>
        {
            if (!template.TryEvaluate(Known, Context, out _, out var failure))
            {
                throw new InvalidOperationException(failure.ToString());
            }
        });
    }

    private static double Compile(string text) => Time(() =>
    {
        if (!Template.TryParse(text, TemplateOptions.Default, out _, out var error))
        {
            throw new InvalidOperationException(error.ToString());
        }
    }) / 1000;

    // The best of many short windows: what else runs on the machine falls out. The first stretch lets the compiler settle.
    private static double Time(Action run)
    {
        var count = 1L;
        for (var spent = TimeSpan.Zero; spent.TotalMilliseconds < 100;)
        {
            var window = Window(run, count);
            spent += window;
            count = window.TotalMilliseconds < 2 ? count * 2 : count;
        }

        return Enumerable.Range(0, 50).Min(_ => Window(run, count).TotalNanoseconds / count);
    }

    private static TimeSpan Window(Action run, long count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var turn = 0L; turn < count; turn++)
        {
            run();
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static void Print(string title, List<(string Name, (double, double)[] Figures)> columns, Func<(double Nanoseconds, double Microseconds), double> figure)
    {
        Console.WriteLine();
        Console.WriteLine($"{title,-26}{string.Concat(columns.Select(column => $"{column.Name,12}"))}");
        for (var place = 0; place < BenchmarkExpressions.All.Length; place++)
        {
            var row = place;
            Console.WriteLine($"{BenchmarkExpressions.All[row].Name,-26}{string.Concat(columns.Select(column => $"{figure(column.Figures[row]),12:0.0}"))}");
        }

        Console.WriteLine($"{"mean",-26}{string.Concat(columns.Select(column => $"{column.Figures.Average(figure),12:0.0}"))}");
        foreach (var column in columns.Skip(1))
        {
            var ratio = column.Figures.Average(figure) / columns[0].Figures.Average(figure);
            Console.WriteLine($"  mean: {Times(ratio)} {column.Name}{Slower(columns[0].Figures, column.Figures, figure)}");
        }
    }

    private static string Times(double ratio) => ratio >= 1 ? $"{ratio:0.0} times faster than" : $"{1 / ratio:0.0} times SLOWER than";

    private static string Slower((double, double)[] ours, (double, double)[] theirs, Func<(double Nanoseconds, double Microseconds), double> figure)
    {
        var rows = Enumerable.Range(0, ours.Length).Where(row => figure(ours[row]) > figure(theirs[row]))
            .Select(row => $"{BenchmarkExpressions.All[row].Name} ({figure(ours[row]) / figure(theirs[row]):0.0} times)").ToList();
        return rows.Count == 0 ? ", in every row" : $"; slower in {string.Join(", ", rows)}";
    }

    private static void PrintConditions()
    {
        string[] texts =
        [
            "status_code == 200", "response.paging.hasMore == true", "event.name == 'call.done'", "attempt < 3 and status_code >= 500", "user.age > 30",
            "'b' in workload.endpoints", "missing is defined", "not response.paging.hasMore", "response.data | length > 3", "error.status == 503",
        ];
        var cache = new TemplateCache(TimeProvider.System);
        var nanoseconds = Time(() => TestAll(cache, texts));
        Console.WriteLine();
        Console.WriteLine($"ten conditions, found in the cache by their text and evaluated: {nanoseconds / 1000:0.00} µs (at most 10 are promised)");
        Console.WriteLine("bytes allocated by a condition (0 is promised):");
        foreach (var text in texts)
        {
            Console.WriteLine($"  {text,-40}{Allocated(() => TestAll(cache, [text]), 1000):0.#}");
        }
    }

    private static double Allocated(Action run, int turns)
    {
        run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < turns; turn++)
        {
            run();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)turns;
    }

    private static void TestAll(TemplateCache cache, ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (!cache.TryGetCondition(text, TemplateOptions.Default, out var condition, out var error)
                || !condition.TryTest(Known, Context, out _, out error))
            {
                throw new InvalidOperationException(error.ToString());
            }
        }
    }
}
