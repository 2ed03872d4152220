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
