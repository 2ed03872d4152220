using PlaybookOperator.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

public sealed class TableNameTests
{
    [Theory]
    [InlineData("users", "\"users\"", "\"users\"")]
    [InlineData("Shop.Users", "\"Shop\".\"Users\"", "\"shop\".\"users\"")]
    [InlineData("shop.\"Us.ers\"", "\"shop\".\"Us.ers\"", "\"shop\".\"Us.ers\"")]
    [InlineData("a; DROP TABLE b", "\"a; DROP TABLE b\"", "\"a; drop table b\"")]
    [InlineData("\"a\"\"b\"", "\"a\"\"b\"", "\"a\"\"b\"")]
    public void Parts_are_quoted_so_that_they_cannot_end_their_quotes(string text, string exact, string folded)
    {
        var name = TableName.Parse(text)!;
        Assert.Equal((exact, folded), (name.Exact, name.Folded));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".users")]
    [InlineData("shop.")]
    [InlineData("a..b")]
    [InlineData("\"open")]
    [InlineData("\"a\"b")]
    [InlineData("a\"; --")]
    [InlineData("a.b.c.d")]
    public void What_is_no_name_is_refused(string text) => Assert.Null(TableName.Parse(text));
}
