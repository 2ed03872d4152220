using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class WorkerSessionTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_signed_session_comes_back_as_it_was()
    {
        var session = Session();
        Assert.Equal(session, Signer(1).Verify(Signer(1).Sign(session)));
    }

    [Fact]
    public void No_character_of_a_session_can_be_changed()
    {
        var token = Signer(1).Sign(Session());
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.True(Signer(1).Verify(changed) is null || IsPadding(token, i), $"Character {i} was changed and nobody noticed.");
        }
    }

    [Fact]
    public void A_session_of_another_key_is_refused() => Assert.Null(Signer(2).Verify(Signer(1).Sign(Session())));

    [Fact]
    public void A_session_ends_at_its_expiry()
    {
        var token = Signer(1).Sign(Session());
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(Signer(1).Verify(token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Signer(1).Verify(token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("v1..")]
    [InlineData("v1.%%%.%%%")]
    [InlineData("v2.AAAA.AAAA")]
    [InlineData("a.b.c.d")]
    public void What_is_no_session_is_refused_without_an_exception(string token) => Assert.Null(Signer(1).Verify(token));

    [Fact]
    public void A_very_long_text_is_refused() => Assert.Null(Signer(1).Verify("v1." + new string('A', 10_000) + ".AAAA"));

    /// <summary>The last character of a base64url text may hold bits that belong to no byte.</summary>
    private static bool IsPadding(string token, int i) => i == token.Length - 1 || token[i + 1] == '.';

    private SessionSigner Signer(byte key) => new(Enumerable.Repeat(key, 32).ToArray(), _time);

    private WorkerSession Session() =>
        new(new ExecutionId(71234567890123), new Delivery(new WorkKey(12, WorkKey.Call), 3), "pod-uid", DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds() + 60));
}
