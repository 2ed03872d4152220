using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Client;

public sealed class ApiClientTests
{
    private const string Collection = "/apis/tests.dev/v1/namespaces/a/widgets";
    private static readonly NamespacedName One = new("a", "one");

    [Fact]
    public async Task An_object_that_does_not_exist_is_null()
    {
        await using var world = await ClientFixture.StartAsync();
        Assert.Null(await world.Client.GetAsync(Widget.Type, One, default));
    }

    [Fact]
    public async Task Creation_sends_kind_and_version_and_returns_what_the_server_made_of_it()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"POST {Collection}", Answers.Json(Widget.Text("one", 3, "7"), 201));
        var widget = new Widget { Metadata = new ObjectMeta { Name = "one", Namespace = "a" }, Spec = new WidgetSpec { Size = 3 } };
        var result = await world.Client.CreateAsync(Widget.Type, widget, default);
        Assert.Equal("7", Assert.IsType<CreateResult<Widget>.Created>(result).Made.Metadata.ResourceVersion);
        var sent = world.Server.Requests.Single().Json;
        Assert.Equal("tests.dev/v1 Widget 3", $"{sent["apiVersion"]} {sent["kind"]} {sent["spec"]!["size"]}");
    }

    [Fact]
    public async Task Creation_of_what_exists_returns_the_existing_object()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"POST {Collection}", Answers.Status(409, "AlreadyExists", "widgets \"one\" already exists"));
        world.Server.Next($"GET {Collection}/one", Answers.Json(Widget.Text("one", 5, "4")));
        var result = await world.Client.CreateAsync(Widget.Type, Manifest(), default);
        Assert.Equal(5, Assert.IsType<CreateResult<Widget>.AlreadyExists>(result).Existing.Spec.Size);
    }

    [Fact]
    public async Task Creation_whose_answer_was_lost_finds_its_own_object()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"POST {Collection}", Answers.Cut(), Answers.Status(409, "AlreadyExists", "exists"));
        world.Server.Next($"GET {Collection}/one", Answers.Json(Widget.Text("one", 3, "4")));
        var result = await world.Client.CreateAsync(Widget.Type, Manifest(), default);
        Assert.Equal("one", result.Item.Metadata.Name);
    }

    [Fact]
    public async Task Creation_is_tried_again_when_the_existing_object_vanishes()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"POST {Collection}", Answers.Status(409, "AlreadyExists", "exists"), Answers.Json(Widget.Text("one", 3, "9"), 201));
        var result = await world.Client.CreateAsync(Widget.Type, Manifest(), default);
        Assert.IsType<CreateResult<Widget>.Created>(result);
    }

    [Fact]
    public async Task A_manifest_without_namespace_is_refused_before_anything_is_sent()
    {
        await using var world = await ClientFixture.StartAsync();
        var manifest = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "one" } };
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => world.Client.CreateAsync(Widget.Type, manifest, default));
        Assert.Contains("metadata.namespace", exception.Message, StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Fact]
    public async Task A_status_patch_goes_to_the_subresource_and_keeps_what_it_does_not_name()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"PATCH {Collection}/one/status", Answers.Json(Widget.Text("one", 3, "8")));
        var patch = new JsonObject { ["status"] = new JsonObject { ["note"] = "fine" } };
        Assert.NotNull(await world.Client.MergePatchAsync(Widget.Type, One, patch, "status", default));
        var sent = world.Server.Requests.Single();
        Assert.Equal("""{"status":{"note":"fine"}}""", sent.Body);
        Assert.Equal("application/merge-patch+json", sent.Headers.ContentType);
    }

    [Fact]
    public async Task A_patch_of_a_vanished_object_is_null()
    {
        await using var world = await ClientFixture.StartAsync();
        Assert.Null(await world.Client.MergePatchAsync(Widget.Type, One, new JsonObject(), null, default));
    }

    [Fact]
    public async Task Apply_takes_over_fields_by_force()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"PATCH {Collection}/one", Answers.Json(Widget.Text("one", 3, "8")));
        await world.Client.ApplyAsync(Widget.Type, Manifest(), default);
        var sent = world.Server.Requests.Single();
        Assert.Equal("true playbook-operator", $"{sent.Query["force"]} {sent.Query["fieldManager"]}");
        Assert.Equal("application/apply-patch+yaml", sent.Headers.ContentType);
    }

    [Fact]
    public async Task Deletion_names_the_uid_and_lets_owned_objects_follow()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"DELETE {Collection}/one", Answers.Json("{}"));
        Assert.True(await world.Client.DeleteAsync(Widget.Type, One, new DeleteOptions { Uid = "u" }, default));
        Assert.Equal("""{"propagationPolicy":"Background","preconditions":{"uid":"u"}}""", world.Server.Requests.Single().Body);
    }

    [Theory]
    [InlineData(404, "NotFound")]
    [InlineData(409, "Conflict")]
    public async Task Deletion_of_a_vanished_object_or_of_its_namesake_finds_nothing(int code, string reason)
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next($"DELETE {Collection}/one", Answers.Status(code, reason, "no"));
        Assert.False(await world.Client.DeleteAsync(Widget.Type, One, new DeleteOptions { Uid = "u" }, default));
    }

    [Fact]
    public async Task A_review_is_answered_in_its_status()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next("POST /apis/authentication.k8s.io/v1/tokenreviews", Answers.Json(
            """{"status":{"authenticated":true,"user":{"username":"x","extra":{"authentication.kubernetes.io/pod-uid":["p1"]}}}}""", 201));
        var question = new TokenReview { Spec = new TokenReviewSpec { Token = "secret", Audiences = ["workers"] } };
        var answer = await world.Client.ReviewAsync(Resources.TokenReviews, question, default);
        Assert.True(answer.Status!.Authenticated);
        Assert.Equal("p1", answer.Status.User!.ExtraValue("authentication.kubernetes.io/pod-uid"));
        Assert.DoesNotContain("secret", question.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_bounded_by_lines_and_bytes()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next("GET /api/v1/namespaces/a/pods/one/log", Answers.Json("last line\n"));
        var text = await world.Client.GetLogsAsync(One, new LogOptions { TailLines = 1, LimitBytes = 50 }, default);
        Assert.Equal("last line\n", text);
        var query = world.Server.Requests.Single().Query;
        Assert.Equal("1 50", $"{query["tailLines"]} {query["limitBytes"]}");
    }

    [Fact]
    public async Task Names_are_escaped_in_paths()
    {
        await using var world = await ClientFixture.StartAsync();
        await world.Client.GetAsync(Widget.Type, new NamespacedName("a", "x?y#z"), default);
        Assert.Equal($"GET {Collection}/x?y#z", world.Server.Requests.Single().Call);
    }

    private static JsonObject Manifest() => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "one", ["namespace"] = "a" },
        ["spec"] = new JsonObject { ["size"] = 3 },
    };
}
