using PlaybookOperator.Core.Executions.Failures;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions.Failures;

public sealed class FailureSignatureTests
{
    [Theory]
    [InlineData("503 from the server.", "# from the server.")]
    [InlineData("after 1.5 s and 1,000 tries, 3 of 4.", "after # s and # tries, # of #.")]
    [InlineData("GET http://api.local:8080/items/17 answered 404", "GET http://api.local:#/items/# answered #")]
    [InlineData("no row 'alice' in \"users\" of `crm`", "no row '…' in '…' of '…'")]
    [InlineData("it isn't there, and can't be", "it isn't there, and can't be")]
    [InlineData("id 0b5d3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b is taken", "id # is taken")]
    [InlineData("digest deadbeefdeadbeef and 0xFF and a1b2", "digest # and # and #")]
    [InlineData("10.0.0.7:5432 refused", "#:# refused")]
    [InlineData("pod walk-pool-x7k2p is gone", "pod # is gone")]
    [InlineData("two\n\t lines  and  blanks ", "two lines and blanks")]
    [InlineData("an open 'quotation", "an open 'quotation")]
    [InlineData("", "")]
    public void What_differs_from_one_failure_to_the_next_is_taken_out(string message, string signature) =>
        Assert.Equal($"Http: {signature}", FailureSignature.Of("Http", message));

    [Fact]
    public void A_signature_is_short_and_whole_characters()
    {
        var signature = FailureSignature.Of("Error", string.Concat(Enumerable.Repeat("😀", 5000)));
        Assert.InRange(signature.Length, FailureSignature.MaxLength - 2, FailureSignature.MaxLength);
        Assert.False(char.IsHighSurrogate(signature[^2]));
        Assert.EndsWith("…", signature, StringComparison.Ordinal);
        Assert.Equal("words", FailureSignature.Of(null, "words"));
        Assert.Equal("Kind: ", FailureSignature.Of("Kind", null));
    }

    [Fact]
    public void Any_text_at_all_has_a_signature()
    {
        const string Letters = " '\"`.,-_:aZ09é\u0000\ud83d\ude00\n#…";
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            Assert.InRange(FailureSignature.Of("K", text).Length, 0, FailureSignature.MaxLength);
        }
    }
}
