using System.Text.Json.Nodes;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Fuzz.Mutation;

/// <summary>What mutations begin with: the sample playbooks and the hostile inputs.</summary>
internal sealed class Corpus
{
    private static readonly JsonNodeOptions s_nodes = new() { PropertyNameCaseInsensitive = false };

    private Corpus(IReadOnlyList<string> texts, IReadOnlyList<JsonNode> playbooks) => (Texts, Playbooks) = (texts, playbooks);

    /// <summary>Texts of YAML files.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Playbooks as JSON.</summary>
    public IReadOnlyList<JsonNode> Playbooks { get; }

    public static Corpus Read()
    {
        var root = Root();
        var samples = Files(Path.Combine(root, "config", "samples")).ToList();
        var hostile = Files(Path.Combine(root, "tests", "Hostile")).Where(text => text.Length < 100_000).ToList();
        var playbooks = samples.SelectMany(YamlDocument.ReadAll).Select(document => JsonNode.Parse(document.Root.GetRawText(), s_nodes)!)
            .Where(node => (string?)node["kind"] == "Playbook");
        return new Corpus([.. samples, .. hostile], [.. playbooks]);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Operator.sln.");
    }
}
