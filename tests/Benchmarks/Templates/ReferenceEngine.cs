using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlaybookOperator.Benchmarks.Templates;

/// <summary>
/// Another template engine, run as a process of its own and timed as ours is: nanoseconds an evaluation and microseconds a compile.
/// </summary>
internal sealed record ReferenceEngine(string Name, string Command, string Script, bool IsLiquid)
{
    private const string NodeLoop = """
        const { createRequire } = require('module');
        const load = createRequire(process.argv[2] + '/package.json');
        const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const window = (run, count) => { const start = process.hrtime.bigint(); for (let k = 0; k < count; k++) run(); return Number(process.hrtime.bigint() - start); };
        const best = (run) => {
          let count = 1;
          for (let spent = 0; spent < 1e8;) { const once = window(run, count); spent += once; count *= once < 2e6 ? 2 : 1; }
          return Math.min(...Array.from({ length: 50 }, () => window(run, count))) / count;
        };
        const measure = (parse, render) => console.log(JSON.stringify(input.templates.map((text) => {
          const template = parse(text);
          return [best(() => render(template, input.context)), best(() => parse(text)) / 1000]; })));

        """;

    public static readonly ReferenceEngine[] All =
    [
        new("jinja2", "/usr/bin/python3", """
            import json, sys, time
            from jinja2 import Environment
            given = json.load(sys.stdin)
            environment = Environment()
            def window(run, count):
                start = time.perf_counter_ns()
                for _ in range(count): run()
                return time.perf_counter_ns() - start
            def best(run):
                count, spent = 1, 0
                while spent < 1e8:
                    once = window(run, count)
                    spent += once
                    count *= 2 if once < 2e6 else 1
                return min(window(run, count) for _ in range(50)) / count
            answers = []
            for text in given["templates"]:
                template = environment.from_string(text)
                answers.append([best(lambda: template.render(given["context"])), best(lambda: environment.from_string(text)) / 1000])
            print(json.dumps(answers))
            """, IsLiquid: false),
        new("nunjucks", "node", NodeLoop + """
            const { Environment, Template } = load('nunjucks');
            const environment = new Environment(null, { autoescape: false });
            measure((text) => new Template(text, environment, 'x', true), (template, context) => template.render(context));
            """, IsLiquid: false),
        new("liquidjs", "node", NodeLoop + """
            const { Liquid } = load('liquidjs');
            const engine = new Liquid();
            measure((text) => engine.parse(text), (template, context) => engine.renderSync(template, context));
            """, IsLiquid: true),
    ];

    /// <summary>Null, with the reason, when the engine is not here.</summary>
    public (double Nanoseconds, double Microseconds)[]? Measure(string packages, out string reason)
    {
        try
        {
            var answer = Ask(packages);
            reason = string.Empty;
            return [.. JsonNode.Parse(answer)!.AsArray().Select(pair => (pair![0]!.GetValue<double>(), pair[1]!.GetValue<double>()))];
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception or JsonException or IOException)
        {
            reason = failure.Message.Split('\n').LastOrDefault(line => line.Contains("Error", StringComparison.Ordinal))?.Trim() ?? failure.Message;
            return null;
        }
    }

    private string Ask(string packages)
    {
        var extension = Command == "node" ? "cjs" : "py";
        var script = Path.Combine(Path.GetTempPath(), $"template-benchmark-{Environment.ProcessId}-{Name}.{extension}");
        File.WriteAllText(script, Script);
        try
        {
            var start = new ProcessStartInfo(Command)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            start.ArgumentList.Add(script);
            start.ArgumentList.Add(packages);
            using var process = Process.Start(start)!;
            var complaint = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(Input());
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new InvalidOperationException(complaint.GetAwaiter().GetResult());
        }
        finally
        {
            File.Delete(script);
        }
    }

    private string Input() => new JsonObject
    {
        ["context"] = JsonNode.Parse(BenchmarkExpressions.Context),
        ["templates"] = new JsonArray([.. BenchmarkExpressions.All.Select(expression => JsonValue.Create(IsLiquid ? expression.Liquid : expression.Jinja))]),
    }.ToJsonString();
}
