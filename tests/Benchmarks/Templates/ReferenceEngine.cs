using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlaybookOperator.Benchmarks.Templates;

/// <summary>Another template engine, run as a process of its own: nanoseconds an evaluation and microseconds a compile, by expression.</summary>
internal sealed record ReferenceEngine(string Name, string Command, string[] Arguments, string Script, bool IsLiquid)
{
    private const string NodeLoop = """
        const { createRequire } = require('module');
        const load = createRequire(process.argv[2] + '/package.json');
        const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const time = (run, least) => { let count = 1; for (;;) { const start = process.hrtime.bigint(); for (let k = 0; k < count; k++) run(k);
          const spent = Number(process.hrtime.bigint() - start); if (spent > least) return spent / count; count *= 2; } };
        const measure = (parse, render) => console.log(JSON.stringify(input.templates.map((text) => {
          const template = parse(text); time(() => render(template, input.context), 5e7);
          const best = (run) => Math.min(...[1, 2, 3, 4].map(() => time(run, 6e7)));
          return [best(() => render(template, input.context)), best(() => parse(text)) / 1000]; })));

        """;

    public static readonly ReferenceEngine[] All =
    [
        new("jinja2", "/usr/bin/python3", [], """
            import json, sys, time
            from jinja2 import Environment
            given = json.load(sys.stdin)
            environment = Environment()
            def measure(run, least):
                count = 1
                while True:
                    start = time.perf_counter_ns()
                    for _ in range(count): run()
                    spent = time.perf_counter_ns() - start
                    if spent > least: return spent / count
                    count *= 2
            def best(run): return min(measure(run, 6e7) for _ in range(4))
            answers = []
            for text in given["templates"]:
                template = environment.from_string(text)
                answers.append([best(lambda: template.render(given["context"])), best(lambda: environment.from_string(text)) / 1000])
            print(json.dumps(answers))
            """, IsLiquid: false),
        new("nunjucks", "node", ["nunjucks"], NodeLoop + """
            const { Environment, Template } = load('nunjucks');
            const environment = new Environment(null, { autoescape: false });
            measure((text) => new Template(text, environment, 'x', true), (template, context) => template.render(context));
            """, IsLiquid: false),
        new("liquidjs", "node", ["liquidjs"], NodeLoop + """
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
            reason = failure.Message.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? failure.GetType().Name;
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
