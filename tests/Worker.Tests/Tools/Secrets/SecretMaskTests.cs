using System.Net;
using System.Text;
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
        Assert.Equal("***|***", SecretMask.Of(["abc", "abcdef"]).Apply("abcdef|abc"));

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

    [Fact]
    public void An_empty_secret_hides_nothing() => Assert.True(SecretMask.Of([""]).IsEmpty);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Pad(string base64) => base64[..(base64.Length / 4 * 4)];
}
