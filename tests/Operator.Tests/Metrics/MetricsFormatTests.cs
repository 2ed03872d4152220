using PlaybookOperator.Operator.Metrics;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class MetricsFormatTests
{
    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", MetricsFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text", MetricsFormat.OpenMetrics)]
    [InlineData("text/plain, application/openmetrics-text;q=0.9", MetricsFormat.Classic)]
    [InlineData("application/openmetrics-text;version=2.0.0", MetricsFormat.Classic)]
    [InlineData("application/openmetrics-text;q=0", MetricsFormat.Classic)]
    [InlineData("text/html,*/*;q=0.8", MetricsFormat.Classic)]
    [InlineData("not a media type at all", MetricsFormat.Classic)]
    public void The_format_follows_the_accept_header(string accept, MetricsFormat expected) =>
        Assert.Equal(expected, MetricsFormats.Negotiate([accept]));

    [Fact]
    public void Without_an_accept_header_the_text_is_classic() => Assert.Equal(MetricsFormat.Classic, MetricsFormats.Negotiate([]));
}
