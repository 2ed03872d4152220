using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class DifferentialTests
{
    [Fact]
    public void Every_template_of_the_corpus_is_answered_as_by_Jinja2_but_for_the_listed_differences()
    {
        var corpus = new CorpusFile("jinja2");

        Assert.True(corpus.Count >= 600, $"{corpus.Count} cases");
        Assert.Empty(corpus.Violations(isTyped: true));
    }

    [Fact]
    public void Every_template_of_the_Liquid_corpus_is_answered_as_by_liquidjs_but_for_the_listed_differences()
    {
        var corpus = new CorpusFile("liquid");

        Assert.True(corpus.Count >= 150, $"{corpus.Count} cases");
        Assert.Empty(corpus.Violations(isTyped: false));
    }

    [Theory]
    [InlineData("jinja2")]
    [InlineData("liquid")]
    public void Every_template_of_a_corpus_prints_to_a_text_that_means_and_prints_the_same(string name)
    {
        Assert.Empty(new CorpusFile(name).UnstablePrints());
    }
}
