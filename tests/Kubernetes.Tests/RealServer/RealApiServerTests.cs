using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

public sealed class RealApiServerTests(RealApiServer server) : IClassFixture<RealApiServer>
{
    [Fact]
    public async Task An_unknown_token_and_a_missing_right_are_told_apart()
    {
        server.Require();
        await Assert.ThrowsAsync<ApiUnauthorizedException>(
            () => server.Connect("nobody").GetAsync(Resources.Jobs, new NamespacedName("default", "x"), default));
        var failure = await Assert.ThrowsAsync<ApiForbiddenException>(
            () => server.Connect(RealApiServer.GuestToken).CreateAsync(Resources.Jobs, Job("x"), default));
        Assert.True(failure.IsMissingRight);
        Assert.Equal(
            "This account may not create jobs.batch \"x\" in namespace \"default\": grant it the verb \"create\" on jobs.batch.", failure.Message);
    }

    [Fact]
    public async Task A_subresource_without_right_is_named()
    {
        server.Require();
        var failure = await Assert.ThrowsAsync<ApiForbiddenException>(() => server.Connect(RealApiServer.GuestToken)
            .MergePatchAsync(Resources.Jobs, new NamespacedName("default", "x"), new JsonObject(), "status", default));
        Assert.Equal("patch jobs.batch/status True", $"{failure.Verb} {failure.Resource} {failure.IsMissingRight}");
    }

    [Fact]
    public async Task A_job_is_created_once_and_deleted_by_uid_only()
    {
        server.Require();
        var name = new NamespacedName("default", "once");
        var made = Assert.IsType<CreateResult<Job>.Created>(await server.Admin.CreateAsync(Resources.Jobs, Job("once"), default)).Made;
        var again = await server.Admin.CreateAsync(Resources.Jobs, Job("once"), default);
        Assert.Equal(made.Metadata.Uid, Assert.IsType<CreateResult<Job>.AlreadyExists>(again).Existing.Metadata.Uid);
        var other = new DeleteOptions { Uid = "00000000-0000-0000-0000-000000000000" };
        Assert.False(await server.Admin.DeleteAsync(Resources.Jobs, name, other, default));
        Assert.True(await server.Admin.DeleteAsync(Resources.Jobs, name, new DeleteOptions { Uid = made.Metadata.Uid }, default));
        Assert.Null(await server.Admin.GetAsync(Resources.Jobs, name, default));
    }

    [Fact]
    public async Task An_invalid_job_names_its_fields()
    {
        server.Require();
        var job = Job("invalid");
        job["spec"]!["template"]!["spec"]!["restartPolicy"] = "Always";
        var failure = await Assert.ThrowsAsync<ApiInvalidException>(() => server.Admin.CreateAsync(Resources.Jobs, job, default));
        Assert.Contains(failure.Causes, cause => cause.Field == "spec.template.spec.restartPolicy");
    }

    [Fact]
    public async Task A_missing_namespace_is_not_found()
    {
        server.Require();
        var job = Job("x");
        job["metadata"]!["namespace"] = "nowhere";
        var failure = await Assert.ThrowsAsync<ApiNotFoundException>(() => server.Admin.CreateAsync(Resources.Jobs, job, default));
        Assert.Contains("namespaces \"nowhere\" not found", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conditional_patch_is_refused_after_another_change()
    {
        server.Require();
        var name = new NamespacedName("default", "conditional");
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = name.Name, Namespace = name.Namespace }, Data = new Dictionary<string, string> { ["a"] = "1" } };
        var made = (await server.Admin.CreateAsync(Resources.ConfigMaps, map, default)).Item;
        Assert.Equal("2", (await PatchAsync(made.Metadata.ResourceVersion, "2"))!.Data!["a"]);
        await Assert.ThrowsAsync<ApiConflictException>(() => PatchAsync(made.Metadata.ResourceVersion, "3"));

        Task<ConfigMap?> PatchAsync(string? version, string value) => server.Admin.MergePatchAsync(
            Resources.ConfigMaps, name,
            new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = version }, ["data"] = new JsonObject { ["a"] = value } },
            null, default);
    }

    [Fact]
    public async Task Apply_creates_and_then_changes()
    {
        server.Require();
        Assert.Equal("1", (await ApplyAsync("1")).Data!["a"]);
        Assert.Equal("2", (await ApplyAsync("2")).Data!["a"]);

        Task<ConfigMap> ApplyAsync(string value) => server.Admin.ApplyAsync(
            Resources.ConfigMaps,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "applied", ["namespace"] = "default" },
                ["data"] = new JsonObject { ["a"] = value },
            },
            default);
    }

    [Fact]
    public async Task Reviews_tell_who_holds_a_token_and_what_he_may_do()
    {
        server.Require();
        var review = new TokenReview { Spec = new TokenReviewSpec { Token = RealApiServer.GuestToken } };
        Assert.Equal("guest", (await server.Admin.ReviewAsync(Resources.TokenReviews, review, default)).Status!.User!.Username);
        var unknown = new TokenReview { Spec = new TokenReviewSpec { Token = "nobody's" } };
        Assert.False((await server.Admin.ReviewAsync(Resources.TokenReviews, unknown, default)).Status!.Authenticated);
        var access = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = "guest",
                ResourceAttributes = new ResourceAttributes { Namespace = "default", Verb = "get", Group = "batch", Resource = "jobs" },
            },
        };
        Assert.False((await server.Admin.ReviewAsync(Resources.SubjectAccessReviews, access, default)).Status!.Allowed);
    }

    [Fact]
    public async Task A_generated_definition_is_structural_and_established()
    {
        server.Require();
        await WidgetDefinition.InstallAsync(server.Admin);
        var made = await server.Admin.GetAsync(Resources.CustomResourceDefinitions, NamespacedName.ClusterScoped("widgets.tests.dev"), default);
        Assert.DoesNotContain(made!.Status!.Conditions!, condition => condition.Type == "NonStructuralSchema" && condition.IsTrue);
        var manifest = WidgetDefinition.Manifest("kept", 3);
        manifest["spec"]!["free"] = new JsonObject { ["anything"] = new JsonArray(1, "x") };
        manifest["spec"]!["limit"] = "50%";
        manifest["spec"]!["anything"] = 0.5;
        manifest["spec"]!["extras"] = new JsonObject { ["a"] = "x", ["b"] = new JsonObject { ["c"] = 1 } };
        manifest["spec"]!["steps"] = new JsonArray("x", new JsonObject { ["step"] = "y" });
        var kept = (await server.Admin.CreateAsync(Widget.Type, manifest, default)).Item;
        Assert.Equal("""{"anything":[1,"x"]}""", kept.Spec.Free!.Value.GetRawText());
        Assert.Equal("0.5 1 y", $"{kept.Spec.Anything} {kept.Spec.Extras!["b"].GetProperty("c")} {kept.Spec.Steps!.Value[1].GetProperty("step")}");
        var failure = await Assert.ThrowsAsync<ApiInvalidException>(
            () => server.Admin.CreateAsync(Widget.Type, WidgetDefinition.Manifest("small", 0), default));
        Assert.Contains(failure.Causes, cause => cause.Field == "spec.size");
    }

    [Fact]
    public async Task A_status_patch_changes_the_status_alone()
    {
        server.Require();
        await WidgetDefinition.InstallAsync(server.Admin);
        await server.Admin.CreateAsync(Widget.Type, WidgetDefinition.Manifest("status", 3), default);
        var patch = new JsonObject { ["status"] = new JsonObject { ["note"] = "fine" }, ["spec"] = new JsonObject { ["size"] = 9 } };
        var patched = await server.Admin.MergePatchAsync(Widget.Type, new NamespacedName("default", "status"), patch, "status", default);
        Assert.Equal("fine 3", $"{patched!.Status!.Note} {patched.Spec.Size}");
    }

    [Fact]
    public async Task A_client_certificate_says_who_we_are()
    {
        server.Require();
        var failure = await Assert.ThrowsAsync<ApiForbiddenException>(
            () => server.ConnectByCertificate("CN=somebody").CreateAsync(Resources.Jobs, Job("x"), default));
        Assert.Contains("\"somebody\"", failure.Status!.Message, StringComparison.Ordinal);
        var admin = server.ConnectByCertificate("CN=boss, O=system:masters");
        Assert.IsType<CreateResult<Job>.Created>(await admin.CreateAsync(Resources.Jobs, Job("by-certificate"), default));
    }

    private static JsonObject Job(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["spec"] = new JsonObject
        {
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["restartPolicy"] = "Never",
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "none" }),
                },
            },
        },
    };
}
