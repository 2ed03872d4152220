using System.Text.RegularExpressions;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests;

/// <summary>What the layout promises and no compiler checks.</summary>
public sealed partial class ConventionTests
{
    private const int MaxLines = 400;

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var files = SourceTree.Sources("src").ToList();
        Assert.True(files.Count > 100, $"Only {files.Count} files were found.");
        Assert.DoesNotContain(files, file => File.ReadLines(file).Count() > MaxLines);
    }

    [Fact]
    public void The_core_is_pure_outside_its_cache()
    {
        var files = SourceTree.Sources("src/Core").Where(file => !file.Contains("/Caching/", StringComparison.Ordinal) && !file.EndsWith("/TemplateCache.cs", StringComparison.Ordinal));
        var impure = files.SelectMany(file => File.ReadLines(file)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Impure().IsMatch(line))
            .Select(line => $"{Path.GetRelativePath(SourceTree.Root, file)}: {line.Trim()}"));
        Assert.Empty(impure);
    }

    [Theory]
    [InlineData("Core")]
    [InlineData("Kubernetes")]
    [InlineData("EventLog", "Core")]
    [InlineData("Tools", "Core")]
    [InlineData("Operator", "Core", "EventLog", "Kubernetes", "Tools")]
    [InlineData("Worker", "Core", "Tools")]
    public void Projects_refer_only_to_what_they_stand_on(string project, params string[] allowed)
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "src", project, $"{project}.csproj"));
        Assert.Empty(References().Matches(text).Select(match => match.Groups["name"].Value).Except(allowed));
    }

    [Fact]
    public void Names_say_what_a_type_is_for()
    {
        var files = SourceTree.Sources("src").Select(file => Path.GetFileNameWithoutExtension(file));
        Assert.DoesNotContain(files, name => Vague().IsMatch(name));
    }

    [Fact]
    public void Each_log_message_has_an_id_of_its_own()
    {
        var messages = SourceTree.Sources("src").SelectMany(file => LogMessages().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Id: match.Groups["id"].Value))).ToList();
        Assert.True(messages.Count > 40, $"Only {messages.Count} messages were found.");
        Assert.Empty(messages.GroupBy(message => message.Id).Where(group => group.Key.Length == 0 || group.Count() > 1).SelectMany(group => group));
    }

    [Fact]
    public void No_task_is_started_and_forgotten()
    {
        var files = SourceTree.Sources("src");
        Assert.Empty(files.SelectMany(file => File.ReadLines(file).Where(line => Forgotten().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")));
    }

    // A pool's slots and the cache's loads answer for their own faults.
    [GeneratedRegex(@"_ = (?!(OccupyAsync|FlyAsync)\()\w+Async\(|_ = Task\.|async void", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Forgotten();

    [GeneratedRegex(@"LoggerMessage\((EventId = )?(?<id>\d*)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LogMessages();

    [GeneratedRegex(@"\b(async |await |ValueTask|Task<|TimeProvider|HttpClient|Random\.|Guid\.New|ILogger|UtcNow|Environment\.Get)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Impure();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/(?<name>\w+)\.csproj""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex References();

    [GeneratedRegex("(Manager|Helper|Util|Utils|Common|Impl|Info|Processor)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Vague();
}
