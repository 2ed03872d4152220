using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class ReferenceTests
{
    [Theory]
    [InlineData("{{ workload.endpoints }}", "workload.endpoints")]
    [InlineData("{{ workload.endpoints[0].path }}", "workload.endpoints")]
    [InlineData("{{ a['b'].c }}", "a.b.c")]
    [InlineData("{{ a[b.c].d }}", "b.c a")]
    [InlineData("{{ secret.TOKEN ~ x | default(y.z) }}", "secret.TOKEN x y.z")]
    [InlineData("{{ a.items() }} {{ a.b.upper() }}", "a a.b")]
    [InlineData("{% for x in items.all %}{{ x.name }}{{ loop.index }}{{ other }}{% endfor %}{{ x }}", "items.all other x")]
    [InlineData("{% set x = y %}{{ x.a }}", "y")]
    [InlineData("{{ x }}{% set x = 1 %}{{ x }}", "x")]
    [InlineData("{% if c %}{% set x = 1 %}{% endif %}{{ x }}", "c x")]
    [InlineData("{% if c %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "c")]
    [InlineData("{% with a = b %}{{ a }}{% endwith %}{{ a }}", "b a")]
    [InlineData("{% assign q = l | where: 'k', v %}{{ q }}", "l v")]
    [InlineData("{{ (f.g | upper).h }}", "f.g")]
    [InlineData("{{ l[a:b] }}", "l a b")]
    [InlineData("{{ m is defined and none == null }}", "m")]
    [InlineData("plain", "")]
    public void The_names_that_a_template_reads_are_known_without_evaluating(string template, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Evaluating.Parse(template).References));
    }

    [Fact]
    public void A_condition_has_references_too()
    {
        Assert.True(Template.TryParseCondition("event.name == 'x' and vars.n > 3", TemplateOptions.Default, out var condition, out _));

        Assert.Equal("event.name vars.n", string.Join(' ', condition.References));
    }

    [Theory]
    [InlineData("plain { text }", true)]
    [InlineData("", true)]
    [InlineData("{{ 1 }}", false)]
    [InlineData("{# c #}", false)]
    public void A_text_without_blocks_is_constant(string template, bool expected)
    {
        Assert.Equal(expected, Evaluating.Parse(template).IsConstant);
    }
}
