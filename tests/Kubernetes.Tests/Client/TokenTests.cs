using System.Text;
using Microsoft.AspNetCore.Http;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Client;

/// <summary>A token is in no exception, whatever a server makes of the request that bore it.</summary>
public sealed class TokenTests
{
    private const string Token = "t0ken-of-the-operator";
    private const string Reviewed = "t0ken-of-a-user";

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_server_that_repeats_what_it_refuses_is_not_quoted_with_the_token(int code)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.Always("POST /apis/authentication.k8s.io/v1/tokenreviews", async context =>
        {
            await Answers.Status(code, "Refused", $"invalid: {context.Request.Headers.Authorization}, spec.token: Invalid value: {server.Requests[^1].Body}")(context);
        });
        using var metrics = new KubernetesMetrics();
        using var client = ClientOf(server.Address, Token, metrics);
        var question = new TokenReview { Spec = new TokenReviewSpec { Token = Reviewed } };
        var failure = await Assert.ThrowsAnyAsync<ApiException>(() => client.ReviewAsync(Resources.TokenReviews, question, default));
        AssertClean(failure);
        Assert.Contains("invalid: Bearer ***", failure.Status!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t0ken-of-the-operator\nX-Other: t0ken")]
    [InlineData("t0ken-of-the-öperator")]
    [InlineData("t0ken of-the-operator")]
    public async Task A_token_that_no_header_can_carry_is_a_failure_that_callers_know(string token)
    {
        await using var server = await ScriptedApiServer.StartAsync();
        using var metrics = new KubernetesMetrics();
        using var client = ClientOf(server.Address, token, metrics);
        AssertClean(await Assert.ThrowsAnyAsync<ApiException>(() => client.GetAsync(Widget.Type, new NamespacedName("a", "one"), default)));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_named_without_user_and_password()
    {
        using var metrics = new KubernetesMetrics();
        using var client = ClientOf(new Uri("http://us3r:t0ken@127.0.0.1:1"), Token, metrics);
        var failure = await Assert.ThrowsAnyAsync<ApiException>(() => client.GetAsync(Widget.Type, new NamespacedName("a", "one"), default));
        AssertClean(failure);
        Assert.Contains("http://127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    private static ApiClient ClientOf(Uri server, string token, KubernetesMetrics metrics) => new(
        new KubeConfig { Server = server, Origin = "test", Credential = new StaticCredential(new Credential(token, null)) },
        ClientFixture.QuickRetries with { MaxAttempts = 1 },
        TimeProvider.System,
        metrics);

    private static void AssertClean(ApiException failure)
    {
        var told = new StringBuilder(failure.ToString()).Append(failure.Status);
        foreach (var value in failure.Data.Values) told.Append(value);
        Assert.DoesNotContain("t0ken", told.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("us3r", told.ToString(), StringComparison.Ordinal);
    }
}
