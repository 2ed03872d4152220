using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class DifferentialTests
{
    [Fact]
    public void Every_template_of_the_corpus_is_answered_as_by_Jinja2_but_for_the_listed_differences()
    {
        var corpus = new CorpusFile("jinja2");

        Assert.True(corpus.Count >= 600, $"{corpus.Count} cases");
        var violations = corpus.Violations();
        File.WriteAllLines("/tmp/violations.txt", violations);
        Assert.Empty(violations);
    }
}
