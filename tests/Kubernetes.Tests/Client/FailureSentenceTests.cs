using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Client;

public sealed class FailureSentenceTests
{
    private const string Path = "GET /apis/tests.dev/v1/namespaces/a/widgets/one";
    private static readonly NamespacedName One = new("a", "one");

    [Fact]
    public async Task A_missing_right_names_verb_resource_and_namespace()
    {
        var failure = await FailAsync<ApiForbiddenException>(Answers.Status(
            403, "Forbidden", "widgets.tests.dev \"one\" is forbidden: User \"x\" cannot get resource \"widgets\" in API group \"tests.dev\""));
        Assert.Equal(
            "This account may not get widgets.tests.dev \"one\" in namespace \"a\": grant it the verb \"get\" on widgets.tests.dev.",
            failure.Message);
        Assert.True(failure.IsMissingRight);
        Assert.Equal("get widgets.tests.dev a", $"{failure.Verb} {failure.Resource} {failure.Namespace}");
    }

    [Fact]
    public async Task A_refusal_by_admission_is_told_in_the_servers_words()
    {
        var failure = await FailAsync<ApiForbiddenException>(Answers.Status(403, "Forbidden", "exceeded quota: pods"));
        Assert.False(failure.IsMissingRight);
        Assert.EndsWith("in namespace \"a\": exceeded quota: pods.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dying_namespace_is_told_apart()
    {
        var failure = await FailAsync<ApiForbiddenException>(Answers.Json(
            """{"code":403,"reason":"Forbidden","message":"namespace is being terminated","details":{"causes":[{"reason":"NamespaceTerminating"}]}}""", 403));
        Assert.True(failure.IsNamespaceTerminating);
    }

    [Fact]
    public async Task An_expired_token_is_one_sentence()
    {
        var failure = await FailAsync<ApiUnauthorizedException>(Answers.Status(401, "Unauthorized", "Unauthorized"));
        Assert.Equal(
            "The API server does not accept our credentials (expired or unknown token or certificate) to get widgets.tests.dev \"one\" in namespace \"a\".",
            failure.Message);
    }

    [Fact]
    public async Task An_invalid_object_names_its_fields()
    {
        var failure = await FailAsync<ApiInvalidException>(Answers.Json(
            """{"code":422,"reason":"Invalid","message":"spec.size: Invalid value","details":{"causes":[{"reason":"FieldValueInvalid","message":"too small","field":"spec.size"}]}}""", 422));
        Assert.Equal("spec.size", failure.Causes.Single().Field);
    }

    [Fact]
    public async Task An_answer_that_is_not_json_is_told_with_its_code()
    {
        var failure = await FailAsync<ApiInvalidException>(Answers.Json("<html>proxy</html>", 405));
        Assert.EndsWith("status 405 MethodNotAllowed.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_of_the_wrong_shape_is_named()
    {
        var failure = await FailAsync<ApiResponseException>(Answers.Json("""{"metadata":{"name":"one"},"spec":{"size":"large"}}"""));
        Assert.Contains("does not fit the type Widget", failure.Message, StringComparison.Ordinal);
        Assert.Contains("$.spec.size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_one_sentence()
    {
        var server = await ScriptedApiServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        var failure = await FailAtAsync<ApiUnreachableException>(address);
        Assert.StartsWith($"The API server {address.GetLeftPart(UriPartial.Authority)} could not be reached", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_one_sentence()
    {
        var failure = await FailAtAsync<ApiUnreachableException>(new Uri("https://nowhere.invalid:6443"));
        Assert.Equal("The name of the API server https://nowhere.invalid:6443 does not resolve.", failure.Message);
    }

    private static async Task<T> FailAsync<T>(Answer answer)
        where T : ApiException
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Always(Path, answer);
        return await Assert.ThrowsAsync<T>(() => world.Client.GetAsync(Widget.Type, One, default)).Soon();
    }

    private static async Task<T> FailAtAsync<T>(Uri address)
        where T : ApiException
    {
        using var metrics = new KubernetesMetrics();
        using var client = new ApiClient(KubeConfig.Plain(address), ClientFixture.QuickRetries with { MaxAttempts = 1 }, TimeProvider.System, metrics);
        return await Assert.ThrowsAsync<T>(() => client.GetAsync(Widget.Type, One, default)).Soon();
    }
}
