using System.Text.Json.Nodes;
using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Mutated sample playbooks.</summary>
internal static class PlaybookMutations
{
    /// <summary>Keys of the language, for members to be called by.</summary>
    private static readonly string[] s_keys =
    [
        "spec", "workflow", "workload", "step", "tool", "kind", "loop", "in", "iterator", "mode", "maxParallel", "where", "orderBy", "limit", "key", "until", "collect", "aggregate", "retry", "on_error",
        "on_success", "while", "max_attempts", "next_call", "case", "when", "then", "next", "vars", "set", "fail", "result", "args", "sink", "timeout", "limits", "maxDuration", "maxIterations", "schema",
        "secrets", "onExit", "workbook", "cache", "chunk", "workers", "failurePolicy", "batchSize", "poolSize", "metadata", "name", "params", "url", "cmds", "else",
    ];

    /// <summary>What a mutated playbook must never do on the machine that tries it, by key.</summary>
    private static readonly Dictionary<string, string> s_harmless = new(StringComparer.Ordinal)
    {
        ["cmds"] = """["true"]""",
        ["env"] = "{}",
        ["url"] = "\"http://127.0.0.1:9/\"",
        ["endpoint"] = "\"http://127.0.0.1:9/\"",
        ["image"] = "\"none\"",
    };

    /// <summary>Its text in JSON, which is YAML too, or a mutated text of YAML.</summary>
    public static string Generate(Random random, Corpus corpus) =>
        random.Next(3) == 0 ? TextMutator.Mutate(corpus.Texts[random.Next(corpus.Texts.Count)], random) : JsonMutator.Write(Structured(random, corpus));

    /// <summary>One that calls nothing but this machine's closed port and a command that does nothing.</summary>
    public static string Harmless(Random random, Corpus corpus)
    {
        var playbook = Structured(random, corpus);
        Tame(playbook);
        return JsonMutator.Write(playbook);
    }

    private static JsonNode Structured(Random random, Corpus corpus)
    {
        var playbook = corpus.Playbooks[random.Next(corpus.Playbooks.Count)].DeepClone();
        JsonMutator.Mutate(playbook, random, s_keys);
        return playbook;
    }

    private static void Tame(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var name in map.Select(member => member.Key).ToList())
                {
                    if (s_harmless.TryGetValue(name, out var instead)) map[name] = JsonNode.Parse(instead);
                    else Tame(map[name]);
                }

                break;
            case JsonArray list:
                foreach (var item in list) Tame(item);
                break;
        }
    }
}
