using PlaybookOperator.Core.Data;
using Xunit;

namespace PlaybookOperator.Core.Tests.Data;

public sealed class DecimalTextTests
{
    [Theory]
    [InlineData("1.50", "1.5", 0)]
    [InlineData("0.00001", "1e-05", 0)]
    [InlineData("100", "1E+2", 0)]
    [InlineData("-0.0", "0", 0)]
    [InlineData("12345678901234567.89", "12345678901234567.88", 1)]
    [InlineData("-2", "-10", 1)]
    [InlineData("9.99", "10", -1)]
    [InlineData("0.09", "0.1", -1)]
    [InlineData("1e400", "9.9e399", 1)]
    [InlineData("1e-400", "0", 1)]
    [InlineData("1e99999999999999999999", "2", 1)]
    [InlineData("1e-99999999999999999999", "2", -1)]
    [InlineData(".5", "+0.5", 0)]
    public void Numbers_are_ordered_by_value_whatever_their_exponents(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(DecimalText.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(DecimalText.Compare(right, left)));
    }
}
