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
    [InlineData("host=h port=99999999999")]
    [InlineData("host=h connect_timeout=-1")]
    public void Anything_else_is_refused(string text) => Assert.ThrowsAny<FormatException>(() => ConnectionText.Read(text));

    /// <summary>Each with a password that should have been quoted or encoded, of which a library would quote what it took for something else.</summary>
    [Theory]
    [InlineData("postgres://user:sw0rd#fish@h/db")]
    [InlineData("postgres://user:sw0rd/fish@h/db")]
    [InlineData("postgres://user:sw0rd?fish=1@h/db")]
    [InlineData("postgres://user:12345/fish@h/db")]
    [InlineData("postgres://user:sw0rd@h:sw0rd/db")]
    [InlineData("postgres://user:x@h/db?sw0rd=fish@h")]
    [InlineData("postgres://user:x@ss?sw0rd=1@h/db")]
    [InlineData("postgres://user:x@h/db?port=sw0rd")]
    [InlineData("postgres://user:x@h/db?connect_timeout=sw0rd")]
    [InlineData("postgres://user:x@h/db?sslmode=sw0rd")]
    [InlineData("host=h user=u password=x sw0rd fish=1 port=1")]
    [InlineData("host=h user=u password=x port=sw0rd")]
    [InlineData("host=h user=u password=x port=-12345")]
    [InlineData("host=h user=u password=x port=12345678901")]
    [InlineData("host=h user=u password=x sw0rd")]
    [InlineData("Host=h;Username=u;Password=x;sw0rd=fish")]
    [InlineData("Host=h;Username=u;Password=x;Port=sw0rd")]
    [InlineData("Host=h;Username=u;Password=x;SSL Mode=sw0rd")]
    [InlineData("Host=h;Username=u;Password='x;sw0rd")]
    [InlineData("Host=h;Timeout=12345;Password=sw0rd")]
    public void What_is_refused_is_never_quoted(string text)
    {
        var refused = Assert.ThrowsAny<FormatException>(() => ConnectionText.Read(text));
        foreach (var part in (string[])["sw0rd", "fish", "12345"]) Assert.DoesNotContain(part, refused.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_parameter_of_libpq_that_has_no_meaning_here_is_told_by_its_name() =>
        Assert.Contains("sslcert", Assert.ThrowsAny<FormatException>(() => ConnectionText.Read("host=h sslcert=/x")).Message, StringComparison.Ordinal);
}
