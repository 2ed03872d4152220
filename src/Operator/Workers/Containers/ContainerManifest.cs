using System.Collections.Immutable;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Tools.Container;

namespace PlaybookOperator.Operator.Workers.Containers;

/// <summary>
/// Builds the Job of a container: the user's image, without a token unless the step names an account for it. It is alone unless the playbook has
/// secrets: then a worker is beside it, which hides them in what it printed. Pure.
/// Images choose their own user, which is why none is forced here; what a pod can do is confined all the same.
/// </summary>
internal static class ContainerManifest
{
    public const string ContainerName = "main";

    /// <summary>Seconds that Kubernetes has beside the timeout and the pull to schedule the pod and to see it end.</summary>
    private const int MarginSeconds = 60;

    public static JsonObject Build(
        ExecutionHeader execution, Plan plan, StepRun run, Delivery delivery, ContainerRequest request, WorkerOptions workers, ContainerOptions options)
    {
        var labels = JobManifest.Labels(execution, run, delivery);
        labels[WorkerLabels.Tool] = ToolPlan.Container;
        labels[WorkerLabels.Watched] = "true";
        if (IsMasked(plan)) labels[WorkerLabels.Masked] = "true";
        var seconds = (long)Math.Max(1, Math.Ceiling((request.Timeout ?? TimeSpan.FromSeconds(workers.DefaultTimeoutSeconds)).TotalSeconds));
        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = JobManifest.Metadata(execution, run, delivery, labels),
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = 0,
                // The pod's own deadline keeps pod and output; this one removes them, and is for pods that never get to run.
                ["activeDeadlineSeconds"] = seconds + options.ImagePullSeconds + MarginSeconds,
                ["template"] = new JsonObject
                {
                    ["metadata"] = JobManifest.PodMetadata(plan, labels),
                    ["spec"] = PodSpec(plan, run, request, workers, seconds),
                },
            },
        };
    }

    private static JsonObject PodSpec(Plan plan, StepRun run, ContainerRequest request, WorkerOptions workers, long seconds)
    {
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["activeDeadlineSeconds"] = seconds,
            ["automountServiceAccountToken"] = request.ServiceAccount is not null,
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = 5,
            ["securityContext"] = new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" } },
            ["containers"] = new JsonArray(Container(plan, run, request, workers)),
        };
        if (request.ServiceAccount is { } account) pod["serviceAccountName"] = account;
        JobManifest.AddPlacement(pod, plan);
        if (IsMasked(plan)) JobManifest.AddMask(pod, plan, workers);
        return pod;
    }

    /// <summary>A container may print secrets that it was not given: what an earlier step sent somewhere may come back from there.</summary>
    private static bool IsMasked(Plan plan) => plan.Secrets.Length > 0;

    private static ImmutableArray<SecretVariable> Secrets(Plan plan, StepRun run) => ContainerEnvironment.Split(plan.ByName[run.Step].Task!).Secrets;

    private static JsonObject Container(Plan plan, StepRun run, ContainerRequest request, WorkerOptions workers)
    {
        var container = new JsonObject
        {
            ["name"] = ContainerName,
            ["image"] = request.Image,
            ["env"] = Environment(plan, run, request),
            ["resources"] = PodResources.Build(request.Resources, plan.Limits, workers),
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
        };
        if (request.Command is { } command) container["command"] = Words(command);
        if (request.Args is { } args) container["args"] = Words(args);
        return container;
    }

    private static JsonArray Environment(Plan plan, StepRun run, ContainerRequest request)
    {
        var environment = new List<JsonNode>();
        foreach (var (name, value) in request.Environment) environment.Add(Variable(name, "value", value));
        foreach (var variable in Secrets(plan, run))
        {
            var secret = plan.Secrets.First(secret => secret.Name == variable.Secret);
            environment.Add(Variable(variable.Name, "valueFrom", new JsonObject
            {
                ["secretKeyRef"] = new JsonObject { ["name"] = secret.SecretName, ["key"] = secret.Key },
            }));
        }

        return [.. environment];
    }

    private static JsonObject Variable(string name, string key, JsonNode value) => new() { ["name"] = name, [key] = value };

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)JsonValue.Create(word))];
}
