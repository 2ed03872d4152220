using System.Text.Json;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>Evaluation of templates: a value that is JSON, or an error at a place, the same each time, in bounded time.</summary>
internal sealed class TemplateTarget : IFuzzTarget
{
    private const string Context = """
        {"x": 5, "list": [3, 1, 2, {"a": 1}, null, "b"], "map": {"a": {"b": [1, 2]}, "n": 1.5}, "text": "some text, with ✓ and ä", "number": 9007199254740993,
         "workload": {"items": [{"a": 1}, {"a": 2}], "data": {"keys": "k"}}, "item": {"a": "b"}, "loop": {"index": 0, "length": 9}, "result": null, "error": null}
        """;

    private static readonly TimeSpan s_maxDuration = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);
    private static readonly Value s_context = Value.Parse(Context);

    public string Generate(Random random, Corpus corpus) => TemplateGrammar.Generate(random);

    public Task<string?> TryAsync(string input) => Task.FromResult(Try(input));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Try(string input)
    {
        var started = TimeProvider.System.GetTimestamp();
        var first = Answer(input);
        var took = TimeProvider.System.GetElapsedTime(started);
        if (took > s_patience) return $"slow: {took.TotalSeconds:0.0} s\n{first}";
        using (JsonDocument.Parse(first, new JsonDocumentOptions { MaxDepth = 1000 }))
        {
            // It is JSON.
        }

        // What was stopped by the clock may come out otherwise the second time.
        var second = Answer(input);
        return first == second || took > s_maxDuration / 2 ? null : $"differs: two evaluations give two answers\n{first}\n{second}";
    }

    private static string Answer(string input)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        return TemplateEvaluation.Answer(input, s_context, new EvaluationContext
        {
            Now = DateTimeOffset.UnixEpoch,
            Options = TemplateOptions.Default with { MaxDuration = s_maxDuration },
            Elapsed = () => time.GetElapsedTime(started),
        });
    }
}
