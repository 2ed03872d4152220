using PlaybookOperator.Tools.Postgres;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Postgres;

public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("postgres://us%40er:p%3Aw%2Fd@db.example:6543/my%20db?sslmode=verify-full&application_name=x")]
    [InlineData("postgresql://us%40er:p%3Aw%2Fd@db.example:6543/my%20db?sslmode=verify-full&application_name=x")]
    [InlineData("host=db.example port=6543 user=us@er password='p:w/d' dbname='my db' sslmode=verify-full application_name=x")]
    [InlineData("Host=db.example;Port=6543;Username=us@er;Password=p:w/d;Database=my db;SSL Mode=VerifyFull;Application Name=x")]
    public void All_three_spellings_mean_the_same(string text)
    {
        var read = ConnectionText.Read(text);
        Assert.Equal(("db.example", 6543, "us@er", "p:w/d", "my db"), (read.Host, read.Port, read.Username, read.Password, read.Database));
        Assert.Equal((Npgsql.SslMode.VerifyFull, "x"), (read.SslMode, read.ApplicationName));
    }

    [Fact]
    public void Quotes_and_backslashes_inside_a_quoted_value_are_taken_literally()
    {
        var read = ConnectionText.Read(@"host=h password='it\'s \\ here' user=u");
        Assert.Equal((@"it's \ here", "u"), (read.Password, read.Username));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=x")]
    [InlineData("host")]
    [InlineData("postgres://h:port/db")]
    [InlineData("host=h port=many")]
    [InlineData("host=h sslmode=maybe")]
    [InlineData("Host=h;Nonsense=1")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => ConnectionText.Read(text));
}
