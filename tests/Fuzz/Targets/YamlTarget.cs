using System.Text.Json;
using PlaybookOperator.Fuzz.Mutation;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Fuzz.Targets;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>The YAML reader: a document or a place that is wrong; and what it has made is JSON that it reads again as the same.</summary>
internal sealed class YamlTarget : IFuzzTarget
{
    public string Generate(Random random, Corpus corpus) => TextMutator.Mutate(corpus.Texts[random.Next(corpus.Texts.Count)], random);

    public Task<string?> TryAsync(string input)
    {
        IReadOnlyList<YamlDocument> documents;
        try
        {
            documents = YamlDocument.ReadAll(input);
        }
        catch (YamlException malformed)
        {
            return Task.FromResult(malformed.Line >= 1 && malformed.Column >= 1 && malformed.Message.Length > 0 ? null : $"place: no place is told\n{malformed}");
        }

        foreach (var document in documents)
        {
            var json = document.Root.GetRawText();
            // Lines end where JSON ends them, but for YAML a text may hold none of some characters.
            if (YamlDocument.ReadAll(json) is [var again] && !JsonElement.DeepEquals(again.Root, document.Root))
                return Task.FromResult<string?>($"differs: the document's JSON reads otherwise\n{json}\n{again.Root.GetRawText()}");
        }

        return Task.FromResult<string?>(null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
