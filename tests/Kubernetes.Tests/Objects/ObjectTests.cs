using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Objects;

public sealed class ObjectTests
{
    private static readonly DateTimeOffset Time = new(2030, 1, 2, 5, 4, 5, TimeSpan.FromHours(2));

    [Fact]
    public void Times_are_written_as_the_server_wants_them()
    {
        var lease = new Lease { Metadata = new ObjectMeta { Name = "x", CreationTimestamp = Time }, Spec = new LeaseSpec { RenewTime = Time } };
        Assert.Equal(
            """{"metadata":{"name":"x","creationTimestamp":"2030-01-02T03:04:05Z"},"spec":{"renewTime":"2030-01-02T03:04:05.000000Z"}}""",
            JsonSerializer.Serialize(lease, KubernetesJson.Default.Lease));
    }

    [Theory]
    [InlineData("2030-01-02T03:04:05Z")]
    [InlineData("2030-01-02T03:04:05.000000Z")]
    [InlineData("2030-01-02T05:04:05+02:00")]
    public void Times_are_read_in_every_form_that_servers_use(string text)
    {
        var lease = JsonSerializer.Deserialize($$"""{"spec":{"renewTime":"{{text}}"} }""", KubernetesJson.Default.Lease);
        Assert.Equal(Time, lease!.Spec!.RenewTime);
    }

    [Fact]
    public void A_time_that_is_none_is_refused()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"spec":{"renewTime":"soon"}}""", KubernetesJson.Default.Lease));
    }

    [Fact]
    public void A_condition_keeps_its_transition_time_while_its_status_stays()
    {
        var old = new Condition { Type = "Ready", Status = "True", LastTransitionTime = Time, Message = "a" };
        var same = Condition.Set([old], old with { Message = "b", LastTransitionTime = Time.AddHours(1) });
        Assert.Equal(Time, Assert.Single(same).LastTransitionTime);
        Assert.Equal("b", same[0].Message);
        var turned = Condition.Set(same, old with { Status = "False", LastTransitionTime = Time.AddHours(2) });
        Assert.Equal(Time.AddHours(2), Assert.Single(turned).LastTransitionTime);
        Assert.Equal(2, Condition.Set(turned, old with { Type = "Other" }).Count);
    }

    [Theory]
    [InlineData("Complete", "True", true)]
    [InlineData("Failed", "True", true)]
    [InlineData("Failed", "False", false)]
    [InlineData("Suspended", "True", false)]
    public void A_job_is_finished_by_its_conditions_alone(string type, string status, bool finished)
    {
        var job = JsonSerializer.Deserialize(
            $$"""{"metadata":{"name":"j"},"status":{"succeeded":1,"conditions":[{"type":"{{type}}","status":"{{status}}"}]} }""", KubernetesJson.Default.Job);
        Assert.Equal(finished, job!.IsFinished);
    }

    [Theory]
    [InlineData("a", "x", "a/x")]
    [InlineData("", "x", "x")]
    public void A_name_prints_as_kubectl_would(string @namespace, string name, string expected)
    {
        Assert.Equal(expected, new NamespacedName(@namespace, name).ToString());
    }
}
