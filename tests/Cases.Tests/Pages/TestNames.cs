using System.Text.RegularExpressions;
using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>One test as it stands in the sources.</summary>
/// <param name="Project">The folder below <c>tests</c>.</param>
/// <param name="IsOpen">Marked as skipped: it says what is still to be done.</param>
internal sealed partial record TestName(string Project, string Class, string Name, bool IsOpen)
{
    private static readonly Lazy<IReadOnlyList<TestName>> s_all = new(() => [.. Read().OrderBy(test => test.Project, StringComparer.Ordinal).ThenBy(test => test.Class, StringComparer.Ordinal)]);

    /// <summary>Every method with [Fact] or [Theory] in <c>tests</c>: read as text, because the cluster's tests are not loaded here.</summary>
    public static IReadOnlyList<TestName> All => s_all.Value;

    public bool IsOnCluster => Project == "Cluster.Tests";

    private static IEnumerable<TestName> Read()
    {
        var root = SourceTree.Path("tests");
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)))
        {
            var project = System.IO.Path.GetRelativePath(root, file).Split('/')[0];
            var type = System.IO.Path.GetFileNameWithoutExtension(file);
            foreach (var match in Test().Matches(File.ReadAllText(file)).AsEnumerable())
                yield return new TestName(project, type, match.Groups["name"].Value, match.Groups["attribute"].Value.Contains("Skip", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"^ +\[(?<attribute>(?:Fact|Theory)\b.*)\]\r?\n(?: +(?:\[|//).*\r?\n| +[^\n]*\)\]\r?\n)*? +public (?:async )?(?:Task|void|ValueTask) (?<name>\w+)\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Test();
}
