using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Linting;

/// <summary>A problem with its place in a file, from 1.</summary>
internal sealed record PlacedProblem(string File, int Line, int Column, string Field, string Message, bool IsError)
{
    public override string ToString() => Field.Length == 0
        ? $"{File}:{Line}:{Column}: {Word}{Message}"
        : $"{File}:{Line}:{Column}: {Field}: {Word}{Message}";

    private string Word => IsError ? "" : "warning: ";
}

/// <summary>A playbook read from a file.</summary>
/// <param name="Document">Null when the file holds no playbook.</param>
/// <param name="Plan">Null when it cannot run.</param>
internal sealed record PlaybookFile(string File, PlaybookDocument? Document, Plan? Plan, IReadOnlyList<PlacedProblem> Problems)
{
    public bool HasErrors => Problems.Any(problem => problem.IsError);

    /// <summary>One playbook of a file: that of a name, else of a path; without <paramref name="name"/> the only one.</summary>
    /// <exception cref="UsageException">The file cannot be read, or it is not clear which of its playbooks is meant.</exception>
    public static PlaybookFile Read(string file, string? name)
    {
        var all = ReadAll(file);
        if (name is null && all.Count > 1) throw new UsageException($"{file} has {all.Count} playbooks; --name says which one is run: {Names(all)}.");
        if (name is null || all.All(one => one.Document is null)) return all[0];
        var found = all.Where(one => one.Document?.Name == name).ToList();
        if (found.Count == 0) found = [.. all.Where(one => one.Document?.Path == name)];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UsageException($"{file} has no playbook '{name}'{Near(all, name)}; there is {Names(all)}."),
            _ => throw new UsageException($"{file} has {found.Count} playbooks '{name}'; each needs a name of its own."),
        };
    }

    private static string Names(IEnumerable<PlaybookFile> all) => string.Join(", ", all.Select(one => one.Document?.Name ?? "one that cannot be read"));

    private static string Near(IEnumerable<PlaybookFile> all, string name) =>
        NearestName.Find(name, all.SelectMany(one => one.Document is { } document ? (string[])[document.Name, document.Path] : [])) is { } near ? $" (did you mean {near}?)" : "";

    /// <summary>All playbooks of a file; at least one entry, which holds the problems when there is none.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static IReadOnlyList<PlaybookFile> ReadAll(string file)
    {
        try
        {
            var documents = YamlDocument.ReadAll(ReadText(file));
            if (documents.Count == 0)
                return [new PlaybookFile(file, null, null, [new PlacedProblem(file, 1, 1, "", "The file is empty; a playbook is expected.", IsError: true)])];
            // A file may hold other resources beside playbooks, as kubectl takes them.
            var playbooks = documents.Where(IsPlaybook).ToList();
            return [.. (playbooks.Count > 0 ? playbooks : [documents[0]]).Select(yaml => Compile(file, yaml))];
        }
        catch (YamlException malformed)
        {
            return [new PlaybookFile(file, null, null, [new PlacedProblem(file, malformed.Line, malformed.Column, "", malformed.Message, IsError: true)])];
        }
    }

    /// <summary>One document as a playbook.</summary>
    public static PlaybookFile Compile(string file, YamlDocument yaml)
    {
        var problems = new List<Problem>();
        var document = PlaybookDocument.Read(yaml.Root, problems);
        if (document is null) return new PlaybookFile(file, null, null, Place(file, yaml, "", problems));
        var compilation = PlanCompiler.Compile(document.Name, document.Spec, ToolSchemas.All, TemplateOptions.Default);
        var placed = Place(file, yaml, "", problems).Concat(Place(file, yaml, document.SpecPath, compilation.Problems)).Concat(Keys(file, yaml)).OrderBy(problem => problem.Line).ThenBy(problem => problem.Column).ToList();
        var isWrong = problems.Exists(problem => problem.Severity == ProblemSeverity.Error);
        return new PlaybookFile(file, document, isWrong ? null : compilation.Plan, placed);
    }

    /// <summary>A playbook as a store pinned it: what was added to the language's checks since does not stop it.</summary>
    public static PlaybookFile OfPinned(string name, string path, JsonElement spec)
    {
        var compilation = PlanCompiler.CompilePinned(name, spec, ToolSchemas.All, TemplateOptions.Default);
        var problems = compilation.Problems.Select(problem => new PlacedProblem(name, 1, 1, problem.Field, problem.Message, problem.Severity == ProblemSeverity.Error));
        return new PlaybookFile(name, new PlaybookDocument(name, path, spec, ""), compilation.Plan, [.. problems]);
    }

    /// <summary>Says that it is one, or has a workflow and does not say what else it is.</summary>
    public static bool IsPlaybook(YamlDocument document) =>
        document.Root.ValueKind == JsonValueKind.Object
        && (document.Root.TryGetProperty("kind", out var kind)
            ? kind.ValueKind == JsonValueKind.String && kind.ValueEquals("Playbook")
            : document.Root.TryGetProperty("workflow", out _));

    /// <summary>Keys that have another name on a cluster: no template would find the member there.</summary>
    private static IEnumerable<PlacedProblem> Keys(string file, YamlDocument yaml) => yaml.AmbiguousKeys().Select(key => new PlacedProblem(
        file, key.Line, key.Column, "", $"The bare key {Shown(key.Key)} is {key.Meaning} for kubectl. YAML takes y, n, yes, no, on and off for true and false: put the key in quotes.", IsError: false));

    private static string Shown(string key) => key.Length switch
    {
        0 => "(nothing)",
        <= 40 => key,
        _ => key[..40] + "…",
    };

    private static List<PlacedProblem> Place(string file, YamlDocument yaml, string specPath, IEnumerable<Problem> problems) =>
    [
        .. problems.Select(problem =>
        {
            var field = specPath.Length == 0 || problem.Field == specPath ? problem.Field
                : problem.Field.Length == 0 ? specPath : $"{specPath}.{problem.Field}";
            var (line, column) = yaml.PlaceOf(field);
            return new PlacedProblem(file, line, column, problem.Field, problem.Message, problem.Severity == ProblemSeverity.Error);
        }),
    ];

    /// <summary>One sentence that names the file once.</summary>
    public static UsageException UnreadableFile(string file, Exception why) =>
        new(why.Message.StartsWith(file, StringComparison.Ordinal) ? why.Message : $"{file}: {why.Message}");

    private static string ReadText(string file)
    {
        try
        {
            return RegularFile.ReadText(file, 4L * YamlDocument.MaxLength);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile(file, unreadable);
        }
    }
}
