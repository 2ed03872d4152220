using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlaybookOperator.Fuzz.Mutation;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Changes a document in a few places by its structure: values become others, members go, get other names, or change places.</summary>
internal static class JsonMutator
{
    /// <summary>Stands for a lone surrogate, which a node cannot hold, until the text is written.</summary>
    private const string Surrogate = "\\uE000";

    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1000 };

    /// <param name="words">Names that members may get.</param>
    public static void Mutate(JsonNode root, Random random, IReadOnlyList<string> words)
    {
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var places = Containers(root).Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToList();
            if (places.Count == 0) return;
            Change(places[random.Next(places.Count)], places[random.Next(places.Count)], random, words);
        }
    }

    /// <summary>The document as a text, with what a node cannot hold.</summary>
    public static string Write(JsonNode root) => root.ToJsonString().Replace(Surrogate, "\\ud83d", StringComparison.Ordinal);

    private static void Change(JsonNode place, JsonNode other, Random random, IReadOnlyList<string> words)
    {
        var value = random.Next(4) == 0 ? Child(other, random)?.DeepClone() : Value(random);
        if (place is JsonArray list)
        {
            var index = random.Next(list.Count);
            if (random.Next(4) == 0) list.RemoveAt(index);
            else if (random.Next(3) == 0) list.Insert(index, value);
            else list[index] = value;
            return;
        }

        var map = (JsonObject)place;
        var name = map.ElementAt(random.Next(map.Count)).Key;
        switch (random.Next(5))
        {
            case 0:
                map.Remove(name);
                break;
            case 1:
                map[words[random.Next(words.Count)]] = value;
                break;
            case 2:
                var moved = map[name]?.DeepClone();
                map.Remove(name);
                map[random.Next(3) == 0 ? Edges.Text(random).Replace('\ud83d', '\uE000') : words[random.Next(words.Count)]] = moved;
                break;
            default:
                map[name] = value;
                break;
        }
    }

    private static JsonNode? Value(Random random)
    {
        // A node cannot hold members of one name twice, and takes them only when it is read.
        string json;
        do json = Edges.Json(random);
        while (json.Contains("\"a\": 2", StringComparison.Ordinal));
        return JsonNode.Parse(json == "\"\\ud83d\"" ? $"\"{Surrogate}\"" : json, documentOptions: s_deep);
    }

    private static JsonNode? Child(JsonNode place, Random random) => place switch
    {
        JsonArray { Count: > 0 } list => list[random.Next(list.Count)],
        JsonObject { Count: > 0 } map => map.ElementAt(random.Next(map.Count)).Value,
        _ => null,
    };

    private static IEnumerable<JsonNode> Containers(JsonNode root)
    {
        var open = new Stack<JsonNode>([root]);
        while (open.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node switch { JsonArray list => list, JsonObject map => map.Select(member => member.Value), _ => Enumerable.Empty<JsonNode?>() })
                if (child is JsonArray or JsonObject) open.Push(child);
        }
    }
}
