using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Values from JSON: what is read prints as JSON that reads as an equal value; what cannot be read is a JSON error.</summary>
internal sealed class JsonTarget : IFuzzTarget
{
    public string Generate(Random random, Corpus corpus)
    {
        var text = new StringBuilder("[");
        for (var part = random.Next(1, 6); part > 0; part--) text.Append(Edges.Json(random)).Append(part == 1 ? "" : ", ");
        return random.Next(3) == 0 ? TextMutator.Mutate($"{text}]", random) : $"{text}]";
    }

    public Task<string?> TryAsync(string input)
    {
        Value value;
        try
        {
            value = Value.Parse(input);
        }
        catch (JsonException)
        {
            return Task.FromResult<string?>(null);
        }

        var json = value.ToJson();
        var again = Value.Parse(json).ToJson();
        return Task.FromResult(json == again ? null : $"differs: a value prints otherwise after it was read again\n{json}\n{again}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
