using System.Net;
using System.Text;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Secrets;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Secrets;

public sealed class SecretMaskTests
{
    private const string Secret = "pä ss/w+rd?&=\"x\"";

    public static TheoryData<string> Spellings => new(
        Secret,
        Uri.EscapeDataString(Secret),
        WebUtility.UrlEncode(Secret),
        Uri.EscapeDataString(Secret).ToLowerInvariant().Replace("ä", "%c3%a4", StringComparison.Ordinal),
        "p%C3%A4%20ss/w+rd?&=%22x%22",
        "p%C3%A4%20ss/w%2Brd%3F%26%3D%22x%22",
        "p%C3%A4+ss/w%2brd?%26=%22x%22",
        "pä%20ss%2Fw+rd?&=\"x\"",
        "%70%c3%a4%20%73%73%2f%77%2b%72%64%3f%26%3d%22%78%22",
        "pä ss/w+rd?&=\\\"x\\\"",
        Base64(Secret),
        Base64(Secret).TrimEnd('='),
        Base64(Secret).Replace('+', '-').Replace('/', '_'));

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Every_spelling_of_a_secret_is_replaced(string spelling)
    {
        var mask = SecretMask.Of([Secret]);
        Assert.Equal("before *** between *** after", mask.Apply($"before {spelling} between {spelling} after"));
    }

    /// <summary>With each kind of character that some encoder treats in a way of its own.</summary>
    [Theory]
    [InlineData("it's <a> \"q\" é/ü\\n +&= % 20 \U0001F600;")]
    [InlineData("plain-t0ken-of-mine")]
    [InlineData("x/y?z+w é<")]
    public void Every_encoding_that_is_listed_is_replaced(string secret)
    {
        var mask = SecretMask.Of([secret]);
        foreach (var (name, text) in SecretEncodings.Escaped(secret)) Assert.Equal((name, "before *** after"), (name, mask.Apply($"before {text} after")));
        foreach (var (name, text, telling) in SecretEncodings.Enclosed(secret))
        {
            Assert.Contains(telling, text, StringComparison.Ordinal);
            Assert.False(mask.Apply(text).Contains(telling, StringComparison.Ordinal), name);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("user:")]
    public void A_secret_inside_a_longer_base64_text_is_replaced(string before)
    {
        var masked = SecretMask.Of(["correct horse"]).Apply(Base64($"{before}correct horse and more"));
        Assert.Contains("***", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", Encoding.UTF8.GetString(Convert.FromBase64String(Pad(masked.Split("***")[0]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_overlapping_secrets_the_longest_is_replaced() =>
        Assert.Equal("***|***", SecretMask.Of(["abcd", "abcdef"]).Apply("abcdef|abcd"));

    [Fact]
    public void Of_secrets_that_overlap_no_end_stays() => Assert.Equal("<***>", SecretMask.Of(["abcdef", "efghij"]).Apply("<abcdefghij>"));

    [Fact]
    public void A_secret_in_base64_is_found_in_a_URL_too()
    {
        const string secret = "~~~???>>>";
        Assert.Contains('+', Base64(secret));
        Assert.Equal("?a=***&b", SecretMask.Of([secret]).Apply($"?a={Uri.EscapeDataString(Base64(secret))}&b"));
    }

    [Theory]
    [InlineData("100%", "100%25 of 100%", "*** of ***")]
    [InlineData("a%20b", "a%2520b a%20b a b", "*** *** a b")]
    [InlineData("key+1", "key%2B1 key+1 key 1", "*** *** key 1")]
    [InlineData("\U0001F600!!", "x%F0%9F%98%80!!y", "x***y")]
    [InlineData("secret", "%zz %f %e9secret%", "%zz %f %e9***%")]
    public void Only_what_an_encoded_text_means_is_a_secret(string secret, string text, string masked) => Assert.Equal(masked, SecretMask.Of([secret]).Apply(text));

    [Fact]
    public void A_text_is_not_cut_within_a_secret_of_which_some_characters_are_encoded()
    {
        var mask = SecretMask.Of(["a/b+c/d"]);
        const string text = "0123a/b%2Bc/d456";
        Assert.Equal(13, mask.CutAt(text, 6));
        Assert.Equal(4, mask.CutAt(text, 4));
        Assert.Equal(14, mask.CutAt(text, 14));
    }

    [Fact]
    public void Adjacent_secrets_are_each_replaced() => Assert.Equal("******", SecretMask.Of(["one!", "two!"]).Apply("one!two!"));

    [Fact]
    public void Text_without_secrets_is_the_same_instance()
    {
        const string text = "nothing here";
        Assert.Same(text, SecretMask.Of([Secret]).Apply(text));
        Assert.Same(text, SecretMask.None.Apply(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void A_secret_of_fewer_than_four_characters_hides_nothing(string secret) =>
        Assert.Equal("abc is abc", SecretMask.Of([secret]).Apply("abc is abc"));

    [Fact]
    public void A_secret_of_several_lines_is_replaced_line_by_line_and_its_marks_are_not()
    {
        const string key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\nshort\n-----END KEY-----\n";
        var mask = SecretMask.Of([key]);
        Assert.Equal("***", mask.Apply(key));
        Assert.Equal("1: -----BEGIN KEY-----\r\n2: ***\r\n3: ***\r\n4: short", mask.Apply("1: -----BEGIN KEY-----\r\n2: MIIEvQIBADANBgkqhkiG9w0B\r\n3: AQEFAASCBKcwggSjAgEAAoIB\r\n4: short"));
        Assert.DoesNotContain("MIIE", mask.Apply(System.Text.Json.JsonSerializer.Serialize(key)), StringComparison.Ordinal);
    }

    [Fact]
    public void Base64_that_was_folded_is_replaced()
    {
        var secret = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i:x2}~é"));
        var folded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"u:{secret}"), Base64FormattingOptions.InsertLineBreaks);
        var masked = SecretMask.Of([secret]).Apply($"at {folded} end");
        Assert.True(masked.Length < 30 && masked.Contains("***", StringComparison.Ordinal), masked);
    }

    [Theory]
    [InlineData("https://Hooks.Example.COM:443/services/../T0/B0/%7Euser/x y#part ", "https://hooks.example.com/T0/B0/~user/x%20y")]
    [InlineData("https://Hooks.Example.COM:443/services/../T0/B0/%7euser/xy", "GET /T0/B0/~user/xy HTTP/1.1")]
    [InlineData("HTTP://bücher.example/Straße?key=a+b%2fc&token=t0ken-of-mine", "http://xn--bcher-kva.example/Stra%C3%9Fe")]
    [InlineData("HTTP://bücher.example/Straße?key=a+b%2fc&token=t0ken-of-mine", "the host bücher.example wants t0ken-of-mine")]
    [InlineData("https://us%40er:p%3Ass@hooks.example.com/", "p:ss p%3ass p%3Ass")]
    [InlineData("https://hooks.example.com", "HTTPS hooks.example.com:443")]
    [InlineData("http://127.0.0.1:8080/a/../b/", "http://127.0.0.1:8080/b and http://127.0.0.1:8080/c")]
    public void A_secret_that_is_a_URL_is_replaced_as_others_write_it(string secret, string text)
    {
        var masked = SecretMask.Of([secret]).Apply(text);
        foreach (var part in (string[])["hooks.example", "T0/B0", "cher", "t0ken", "p:ss", "ss", "127.0", "Stra"])
            Assert.False(masked.Contains(part, StringComparison.OrdinalIgnoreCase), masked);
        Assert.Contains("***", masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://reporting:p%40ss%2Fw0rd@db.example.org:6543/reports", "reporting p@ss/w0rd p%40ss%2fw0rd db.example.org")]
    [InlineData("host=db.example.org user=reporting password='p@ss/w0rd' dbname=reports", "reporting p@ss/w0rd db.example.org")]
    [InlineData("Host=db.example.org;Username=reporting;Password=p@ss/w0rd", "reporting p@ss/w0rd db.example.org")]
    [InlineData("reporting:p@ss/w0rd", "p@ss/w0rd cEBzcy93MHJk")]
    public void The_parts_of_a_connection_string_and_of_a_pair_are_secrets_too(string secret, string text) =>
        Assert.Equal("", SecretMask.Of([secret]).Apply(text).Replace("***", "", StringComparison.Ordinal).Trim());

    [Fact]
    public void What_every_machine_has_is_no_secret()
    {
        var mask = SecretMask.Of(["postgres://postgres:hunter22@localhost/db", "http://127.0.0.1:80/x"]);
        Assert.Equal("postgres at localhost, 127.0.0.1, ***", mask.Apply("postgres at localhost, 127.0.0.1, hunter22"));
    }

    [Theory]
    [InlineData("0048213377", "48213377")]
    [InlineData("48213377.50", "48213377.5")]
    public void A_secret_that_is_a_number_is_replaced_as_a_number_too(string secret, string text) => Assert.Equal("***", SecretMask.Of([secret]).Apply(text));

    [Fact]
    public void Masking_a_text_that_is_like_a_secret_everywhere_takes_time_in_proportion()
    {
        var text = new string('a', 1 << 20);
        Assert.Equal("***", SecretMask.Of(["aaaa", "aaaaaaab"]).Apply(text));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Pad(string base64) => base64[..(base64.Length / 4 * 4)];
}
