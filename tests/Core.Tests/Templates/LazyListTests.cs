using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>A lazy list is small in memory however long it is; whatever writes it out is bounded as if it had been built.</summary>
public sealed class LazyListTests
{
    private const string Endless = "range(10 ** 12)";

    [Theory]
    [InlineData("{{ R }}")]
    [InlineData("{{ R | list }}")]
    [InlineData("{{ R[1:] }}")]
    [InlineData("{{ R[::-2] }}")]
    [InlineData("{{ [R] }}")]
    [InlineData("{{ {'a': [1, {'b': R}]} }}")]
    [InlineData("text {{ R }}")]
    [InlineData("{{ R ~ '' }}")]
    [InlineData("{{ R | string }}")]
    [InlineData("{{ R | tojson }}")]
    [InlineData("{{ [[R]] | tojson(indent=2) }}")]
    [InlineData("{{ R | pprint }}")]
    [InlineData("{{ [R, R] | join(',') }}")]
    [InlineData("{{ R | join(',') }}")]
    [InlineData("{{ ','.join(R) }}")]
    [InlineData("{{ R | upper }}")]
    [InlineData("{{ R | length ~ R }}")]
    [InlineData("{{ '%s' % [R] }}")]
    [InlineData("{{ '{}'.format(R) }}")]
    [InlineData("{{ R + [1] }}")]
    [InlineData("{{ R * 2 }}")]
    [InlineData("{{ R == range(1, 10 ** 12 + 1) or R == range(0, 2 * 10 ** 12, 2) or R < range(10 ** 12 + 1) }}")]
    [InlineData("{{ [10 ** 13] == R or [R] == [range(10 ** 12)] or R <= range(10 ** 12) }}")]
    [InlineData("{{ [1] in R or R in [[2]] or 'x' in R | map('string') }}")]
    [InlineData("{{ {'a': 1}[R] is defined or {R: 1} }}")]
    [InlineData("{{ R | sum }}")]
    [InlineData("{{ R | sort | first }}")]
    [InlineData("{{ R | unique | first }}")]
    [InlineData("{{ R | batch(10 ** 9) | first }}")]
    [InlineData("{{ R | slice(3) | list }}")]
    [InlineData("{{ dict(a=R) }}")]
    [InlineData("{{ {'a': R} | urlencode }}")]
    [InlineData("{% for x in R %}{{ x }}{% endfor %}")]
    [InlineData("{% for x in R reversed %}{% endfor %}")]
    [InlineData("{% set x = [R] %}{{ x }}")]
    public void What_writes_a_lazy_range_out_is_bounded(string template)
    {
        var error = Evaluating.Error(template.Replace("R", Endless, StringComparison.Ordinal));

        Assert.Contains(error.Kind, (TemplateErrorKind[])[TemplateErrorKind.CollectionTooLarge, TemplateErrorKind.TooManySteps, TemplateErrorKind.OutputTooLong, TemplateErrorKind.Type]);
    }

    [Theory]
    [InlineData("{{ range(10 ** 12) | length }}", "1000000000000")]
    [InlineData("{{ range(10 ** 12)[-1] }}", "999999999999")]
    [InlineData("{{ 5 in range(10 ** 12) }}", "true")]
    [InlineData("{{ range(10 ** 12)[5:8] }}", "[5,6,7]")]
    [InlineData("{{ range(10 ** 12).first + range(10 ** 12).last }}", "999999999999")]
    [InlineData("{{ range(3) }}", "[0,1,2]")]
    [InlineData("{{ range(-2**63, 0) | length }}", "error Arithmetic: a range has at most 9223372036854775807 elements, this one 9223372036854775808")]
    [InlineData("{{ range(-2**63, -1) | length }}", "9223372036854775807")]
    [InlineData("{{ range(-2**63, 2**63-1) | length }}", "error Arithmetic: a range has at most 9223372036854775807 elements, this one 18446744073709551615")]
    [InlineData("{{ range(2**63-1, -2**63, -1) | length }}", "error Arithmetic: a range has at most 9223372036854775807 elements, this one 18446744073709551615")]
    [InlineData("{{ range(-2**63, 2**63-1, 3)[-1] }}", "9223372036854775804")]
    public void What_reads_a_lazy_range_is_exact(string template, string expected) => Assert.Equal(expected, Evaluating.Json(template));

    [Fact]
    public void Only_who_reads_it_element_by_element_is_given_a_range_of_any_length()
    {
        var template = Evaluating.Parse("{{ range(10 ** 12) }}");

        Assert.True(template.TryEvaluate(new Variables(), Evaluating.Context(), out var value, out _, keepsLazy: true));
        Assert.Equal(1_000_000_000_000, value.Count);
        Assert.False(Evaluating.Parse("{{ [range(10 ** 12)] }}").TryEvaluate(new Variables(), Evaluating.Context(), out _, out var error, keepsLazy: true));
        Assert.Equal(TemplateErrorKind.CollectionTooLarge, error.Kind);
    }
}
