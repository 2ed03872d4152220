using System.Text.Json;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Running;

/// <summary>
/// The playbooks that a run may call: those in the YAML files of a folder and below, by name and by path. Read when the first is asked for; files
/// that cannot be read, or are no playbooks, do not matter. Bounded.
/// </summary>
internal sealed class PlaybookLibrary(string file)
{
    public const int MaxFiles = 1_000;
    public const long MaxFileBytes = 1 << 20;
    private const int MaxDepth = 10;
    private readonly Lazy<Shelf> _shelf = new(() => Read(file));

    /// <summary>The playbook of that name, else of that path; or the sentence why there is none.</summary>
    public (PlaybookFile? File, string? Refusal) Find(string name)
    {
        var shelf = _shelf.Value;
        // The file that is run comes first: a copy of it in the folder makes nothing ambiguous.
        var found = Named(shelf.Own, name);
        if (found.Count == 0) found = Named(shelf.Entries, name);
        if (found.Count == 1) return (PlaybookFile.Compile(found[0].File, found[0].Yaml), null);
        if (found.Count > 1)
            return (null, $"playbook '{name}' is defined more than once: {string.Join(", ", found.Select(entry => $"{entry.File}:{entry.Yaml.PlaceOf("").Line}"))}.");
        var near = NearestName.Find(name, shelf.Own.Concat(shelf.Entries).SelectMany(entry => (string[])[entry.Document.Name, entry.Document.Path])) is { } similar
            ? $" (did you mean {similar}?)"
            : "";
        var cut = shelf.IsCut ? $" Only {MaxFiles} files were looked at." : "";
        return (null, $"no playbook '{name}' is among the YAML files of {shelf.Folder} and below{near}.{cut}");
    }

    private static Shelf Read(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = MaxDepth,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        };
        var files = new DirectoryInfo(folder).EnumerateFiles("*", options)
            .Where(found => found.Extension is ".yaml" or ".yml" && found.Length <= MaxFileBytes)
            .Take(MaxFiles + 1).ToList();
        var entries = files.Take(MaxFiles).OrderBy(found => found.FullName, StringComparer.Ordinal).SelectMany(found => Documents(found.FullName));
        return new Shelf(folder, [.. entries], [.. Documents(Path.GetFullPath(file))], files.Count > MaxFiles);
    }

    private static List<Entry> Named(IReadOnlyList<Entry> entries, string name)
    {
        var found = entries.Where(entry => entry.Document.Name == name).ToList();
        return found.Count > 0 ? found : [.. entries.Where(entry => entry.Document.Path == name)];
    }

    private static IEnumerable<Entry> Documents(string file)
    {
        IReadOnlyList<YamlDocument> documents;
        try
        {
            documents = YamlDocument.ReadAll(RegularFile.ReadText(file, MaxFileBytes));
        }
        catch (Exception unreadable) when (unreadable is YamlException or IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var yaml in documents.Where(PlaybookFile.IsPlaybook))
            if (PlaybookDocument.Read(yaml.Root, []) is { } document) yield return new Entry(file, yaml, document);
    }

    private sealed record Entry(string File, YamlDocument Yaml, PlaybookDocument Document);

    /// <param name="Own">The playbooks of the file that is run, whatever its name and size.</param>
    private sealed record Shelf(string Folder, IReadOnlyList<Entry> Entries, IReadOnlyList<Entry> Own, bool IsCut);
}
