using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Documents;

/// <summary>A YAML block of a page. Its name stands in a comment on the line before it: <c>&lt;!-- block: NAME --&gt;</c>.</summary>
/// <param name="Place">Page and line.</param>
/// <param name="Name">Null when the comment is missing.</param>
internal sealed record DocumentBlock(string Place, string? Name, IReadOnlyList<string> Lines)
{
    private const string Comment = "<!-- block: ";

    public static IEnumerable<DocumentBlock> All => Directory.EnumerateFiles(SourceTree.Path("docs"), "*.md", SearchOption.AllDirectories)
        .Append(SourceTree.Path("README.md")).Order(StringComparer.Ordinal).SelectMany(Read);

    private static IEnumerable<DocumentBlock> Read(string file)
    {
        var lines = File.ReadAllLines(file);
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].Trim() is not ("```yaml" or "```yml")) continue;
            var end = Array.FindIndex(lines, at + 1, line => line.Trim() == "```");
            var before = at > 0 && lines[at - 1].Trim() is var comment && comment.StartsWith(Comment, StringComparison.Ordinal) ? comment[Comment.Length..^" -->".Length] : null;
            yield return new DocumentBlock($"{Path.GetRelativePath(SourceTree.Root, file)}:{at + 1}", before, lines[(at + 1)..end]);
            at = end;
        }
    }
}
