using System.Diagnostics;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Benchmarks.Templates;

/// <summary>Cached evaluation and parsing of twelve templates, beside Jinja2, nunjucks and liquidjs in the same run.</summary>
public static class TemplateBenchmarks
{
    private static readonly EvaluationContext Context = new() { Now = DateTimeOffset.UnixEpoch };
    private static readonly Variables Known = Variables.FromMembers(Value.Parse(BenchmarkExpressions.Context));

    public static int Run(string[] args)
    {
        var ours = BenchmarkExpressions.All.Select(expression => (Evaluate(expression.Jinja), Compile(expression.Jinja))).ToArray();
        var columns = new List<(string Name, (double Nanoseconds, double Microseconds)[] Figures)> { ("ours", ours) };
        foreach (var engine in ReferenceEngine.All)
        {
            if (args.Contains("--alone"))
            {
                continue;
            }

            if (engine.Measure(PackageFolder(engine), out var reason) is { } figures)
            {
                columns.Add((engine.Name, figures));
            }
            else
            {
                Console.WriteLine($"{engine.Name} is missing: {reason}");
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

    // Doubles the count until a run is long enough; the first runs also let the compiler settle.
    private static double Time(Action run)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            for (var count = 1000L; ; count *= 2)
            {
                var start = Stopwatch.GetTimestamp();
                for (var turn = 0L; turn < count; turn++)
                {
                    run();
                }

                var spent = Stopwatch.GetElapsedTime(start);
                if (spent.TotalMilliseconds > 60)
                {
                    best = Math.Min(best, spent.TotalNanoseconds / count);
                    break;
                }
            }
        }

        return best;
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
            Console.WriteLine(ratio >= 1 ? $"  {ratio:0.0} times faster than {column.Name}" : $"  {1 / ratio:0.0} times slower than {column.Name}");
        }
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
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            TestAll(cache, texts);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0;
        Console.WriteLine();
        Console.WriteLine($"ten conditions, found in the cache by their text and evaluated: {nanoseconds / 1000:0.00} µs, {bytes:0.#} bytes allocated");
    }

    private static void TestAll(TemplateCache cache, string[] texts)
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

    private static string PackageFolder(ReferenceEngine engine)
    {
#pragma warning disable RS0030 // The benchmark keeps its packages in the user's cache; it has no options.
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
#pragma warning restore RS0030
        var folder = Path.Combine(home, "playbook-operator", "templates-npm");
        foreach (var package in engine.Arguments.Where(package => !Directory.Exists(Path.Combine(folder, "node_modules", package))))
        {
            Directory.CreateDirectory(folder);
            try
            {
                using var process = Process.Start(new ProcessStartInfo("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", package]))!;
                process.WaitForExit();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Console.WriteLine($"npm is missing: {package} cannot be installed");
            }
        }

        return folder;
    }
}
