using PlaybookOperator.Cases.Tests.Samples;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Documents;

/// <summary>
/// What a block of a page is to come to: a file of the block's name, which begins with comments and goes on with the playbook around the block. There the
/// line <c>BLOCK</c> stands for it; a file without such a line is the block alone. <c># file: NAME</c> begins another file beside it.
/// </summary>
/// <remarks>
/// <code>
/// # kind: Execution               the block is such an object, and is held against its schema
/// # needs: cluster                it is refused here for that reason alone
/// # option: --set day=monday      a word or two of the command line; $api and $sample are addresses, $db a connection string
/// # sql: CREATE TABLE …           run in the database before
/// # answer: GET /users/7 = {}     what https://example.test says; of several for one call the last repeats
/// # header: GET /users = Link: …  a header of these answers
/// # expect: WHAT = JSON           as in the samples; `rows SELECT …` is a list of rows, `called` a list of the calls
/// </code>
/// </remarks>
internal sealed record BlockCase(string Name, IReadOnlyList<(string Key, string Value)> Marks, IReadOnlyList<(string Name, string Text)> Files)
{
    private static readonly string[] s_hosts = ["https://example.test", "http://api.example"];

    public static string Folder => SourceTree.Path("tests", "Cases.Tests", "Documents", "Blocks");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!);

    public static BlockCase Read(DocumentBlock block)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, $"{block.Name}.yaml"));
        var marks = lines.TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal)).Select(line => line[2..].Split(": ", 2)).Where(mark => mark.Length == 2 && mark[0] != "file");
        var files = new List<(string, string)>();
        var (name, text) = ("playbook.yaml", new List<string>());
        foreach (var line in lines.SkipWhile(line => line.StartsWith("# ", StringComparison.Ordinal) && !line.StartsWith("# file: ", StringComparison.Ordinal)))
        {
            if (line.StartsWith("# file: ", StringComparison.Ordinal))
            {
                files.Add((name, string.Join('\n', text)));
                (name, text) = (line["# file: ".Length..], []);
            }
            else if (line.Trim() == "BLOCK") text.AddRange(block.Lines.Select(one => line[..^"BLOCK".Length] + one));
            else text.Add(line);
        }

        files.Add((name, string.Join('\n', text)));
        if (files[0].Item2.Trim().Length == 0) files[0] = (files[0].Item1, string.Join('\n', block.Lines));
        return new BlockCase(block.Name!, [.. marks.Select(mark => (mark[0], mark[1]))], files);
    }

    public IEnumerable<string> All(string key) => Marks.Where(mark => mark.Key == key).Select(mark => mark.Value);

    public string? One(string key) => All(key).FirstOrDefault();

    /// <summary>What the samples' way of checking knows of; the others are this test's own.</summary>
    public Sample AsSample() => new(
        Name, "", "", [.. Expectations.Where(one => one.What is not "called" && !one.What.StartsWith("rows ", StringComparison.Ordinal))], [], NeedsCluster: false);

    public IEnumerable<(string What, string Value)> Expectations => All("expect").Select(Halves);

    public IEnumerable<(string Call, string Value)> Answers => All("answer").Select(Halves);

    public IEnumerable<(string Call, string Value)> Headers => All("header").Select(Halves);

    /// <summary>The block's servers become the one of the test.</summary>
    public static string At(string text, string api) => s_hosts.Aggregate(text, (now, host) => now.Replace(host, api, StringComparison.Ordinal));

    private static (string Left, string Right) Halves(string text)
    {
        var at = text.IndexOf(" = ", StringComparison.Ordinal);
        return (text[..at], text[(at + 3)..]);
    }
}
