using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Workers;

/// <summary>Builds the manifest of a worker's Job. Pure. It carries the key of the work, never the work itself.</summary>
internal static class JobManifest
{
    public const string SecretsDirectory = "/var/run/secrets/playbooks.dev/secrets";
    public const string TokenDirectory = "/var/run/secrets/playbooks.dev/token";
    public const string TokenAudience = "playbooks.dev/worker";
    private const int UserId = 65532;
    private const int TokenSeconds = 3600;

    /// <summary>
    /// A work queue: so many pods that lease iterations from the operator and leave when there are none. A pod that is lost must not take the others
    /// with it, so the Job itself never gives up; that is the decider's.
    /// </summary>
    /// <param name="pods">Pods that run at once.</param>
    public static JsonObject BuildPool(ExecutionHeader execution, Plan plan, StepRun run, Delivery delivery, WorkerOptions options, int pods)
    {
        var job = Build(execution, plan, run, delivery, options);
        var spec = job["spec"]!.AsObject();
        spec["template"]!["metadata"]!["labels"]![WorkerLabels.Watched] = "true";
        spec["parallelism"] = pods;
        spec["backoffLimit"] = int.MaxValue;
        spec["activeDeadlineSeconds"] = (long)Math.Ceiling(plan.Limits.MaxDuration.TotalSeconds) + options.ReportWindowSeconds;
        return job;
    }

    public static JsonObject Build(ExecutionHeader execution, Plan plan, StepRun run, Delivery delivery, WorkerOptions options)
    {
        var labels = Labels(execution, run, delivery);
        var timeout = (plan.ByName[run.Step].Task?.Timeout ?? TimeSpan.FromSeconds(options.DefaultTimeoutSeconds)).TotalSeconds;
        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = Metadata(execution, run, delivery, labels),
            ["spec"] = new JsonObject
            {
                // Retries live in the decider only.
                ["backoffLimit"] = 0,
                ["activeDeadlineSeconds"] = (long)Math.Ceiling(AttemptsIn(plan, run) * timeout) + options.ReportWindowSeconds,
                ["template"] = new JsonObject
                {
                    ["metadata"] = PodMetadata(plan, labels),
                    ["spec"] = PodSpec(plan, options),
                },
            },
        };
    }

    internal static JsonObject Metadata(ExecutionHeader execution, StepRun run, Delivery delivery, JsonObject labels) => new()
    {
        ["name"] = JobName.Of(execution.Id, run.Step, run.Epoch, delivery),
        ["namespace"] = execution.Namespace,
        ["labels"] = labels,
        ["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = $"{ResourceTypes.Group}/{ResourceTypes.Version}",
            ["kind"] = "Execution",
            ["name"] = execution.Name,
            ["uid"] = execution.Uid,
            ["controller"] = true,
        }),
    };

    internal static JsonObject Labels(ExecutionHeader execution, StepRun run, Delivery delivery) => new()
    {
        [WorkerLabels.ManagedBy] = WorkerLabels.ManagedByValue,
        [WorkerLabels.Execution] = execution.Id.ToString(),
        [WorkerLabels.Step] = run.Step.Trim('-', '_', '.'),
        [WorkerLabels.Run] = delivery.Key.RunId.ToString(CultureInfo.InvariantCulture),
        [WorkerLabels.Index] = WorkerLabels.WriteIndex(delivery.Key),
        [WorkerLabels.Fence] = delivery.Fence.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Attempts and pages that one Job may run through: its deadline must not cut off the last of them.</summary>
    private static double AttemptsIn(Plan plan, StepRun run)
    {
        var retry = plan.ByName[run.Step].Task?.Retry ?? RetryPlan.None;
        return Math.Min((double)(retry.OnError?.MaxAttempts ?? 1) * (retry.OnSuccess?.MaxAttempts ?? 1), 1000);
    }

    internal static JsonObject PodMetadata(Plan plan, JsonObject labels)
    {
        var merged = Setting(plan, "labels");
        foreach (var (name, value) in labels) merged[name] = value!.DeepClone();
        return new JsonObject { ["labels"] = merged, ["annotations"] = Setting(plan, "annotations") };
    }

    private static JsonObject PodSpec(Plan plan, WorkerOptions options)
    {
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["serviceAccountName"] = Text(plan, "serviceAccountName") ?? options.ServiceAccountName,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = 5,
            ["securityContext"] = new JsonObject
            {
                ["runAsNonRoot"] = true,
                ["runAsUser"] = UserId,
                ["runAsGroup"] = UserId,
                ["fsGroup"] = UserId,
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(Container(plan, options)),
            ["volumes"] = Volumes(plan.Secrets),
        };
        AddPlacement(pod, plan);
        return pod;
    }

    /// <summary>
    /// Puts a worker beside a container, with all secrets of the playbook mounted. Only it sees what the container printed before they are hidden.
    /// </summary>
    internal static void AddMask(JsonObject pod, Plan plan, WorkerOptions options)
    {
        var worker = Container(plan, options);
        worker["name"] = "mask";
        // It has none of the step's work to do.
        worker["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = "10m", ["memory"] = "32Mi" },
            ["limits"] = new JsonObject { ["memory"] = "128Mi" },
        };
        var environment = Environment(options);
        JsonNode name = new JsonObject
        {
            ["name"] = "PLAYBOOK_MASKED_POD",
            ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.name" } },
        };
        environment.Add(name);
        worker["env"] = environment;
        // The pod of a user's image does not say whom it runs as.
        var security = worker["securityContext"]!;
        (security["runAsNonRoot"], security["runAsUser"], security["runAsGroup"]) = (true, UserId, UserId);
        pod["containers"]!.AsArray().Add((JsonNode)worker);
        pod["volumes"] = Volumes(plan.Secrets);
    }

    /// <summary>Where the playbook wants its pods.</summary>
    internal static void AddPlacement(JsonObject pod, Plan plan)
    {
        if (Setting(plan, "nodeSelector") is { Count: > 0 } selector) pod["nodeSelector"] = selector;
        if (Member(plan, "tolerations") is { ValueKind: JsonValueKind.Array } tolerations) pod["tolerations"] = JsonData.ToNode(tolerations);
    }

    private static JsonObject Container(Plan plan, WorkerOptions options) => new()
    {
        ["name"] = "worker",
        ["image"] = Text(plan, "image") ?? options.Image,
        ["imagePullPolicy"] = "IfNotPresent",
        ["env"] = Environment(plan, options),
        ["resources"] = PodResources.Build(Member(plan, "resources"), plan.Limits, options),
        ["securityContext"] = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["readOnlyRootFilesystem"] = true,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
        },
        ["volumeMounts"] = new JsonArray(
            new JsonObject { ["name"] = "token", ["mountPath"] = TokenDirectory, ["readOnly"] = true },
            new JsonObject { ["name"] = "secrets", ["mountPath"] = SecretsDirectory, ["readOnly"] = true },
            new JsonObject { ["name"] = "tmp", ["mountPath"] = "/tmp" }),
    };

    private static JsonArray Environment(WorkerOptions options) => new(
        new JsonObject { ["name"] = "PLAYBOOK_API_URL", ["value"] = options.ApiUrl },
        new JsonObject { ["name"] = "PLAYBOOK_TOKEN_FILE", ["value"] = $"{TokenDirectory}/token" },
        new JsonObject { ["name"] = "PLAYBOOK_SECRETS_DIR", ["value"] = SecretsDirectory },
        new JsonObject { ["name"] = "PLAYBOOK_REPORT_WINDOW", ["value"] = $"{options.ReportWindowSeconds}s" },
        new JsonObject { ["name"] = "PLAYBOOK_TOOL_INSTANCE_ENTRIES", ["value"] = options.ToolInstanceEntries.ToString(CultureInfo.InvariantCulture) },
        new JsonObject { ["name"] = "PLAYBOOK_TOOL_INSTANCE_TTL", ["value"] = $"{options.ToolInstanceSeconds}s" },
        new JsonObject { ["name"] = "DOTNET_EnableDiagnostics", ["value"] = "0" });

    private static JsonArray Environment(Plan plan, WorkerOptions options)
    {
        var environment = Environment(options);
        if (Member(plan, "env") is { ValueKind: JsonValueKind.Array } env)
            foreach (var variable in env.EnumerateArray()) environment.Add(JsonData.ToNode(variable));
        return environment;
    }

    private static JsonArray Volumes(IEnumerable<SecretReference> secrets) => new(
        new JsonObject
        {
            ["name"] = "token",
            ["projected"] = new JsonObject
            {
                ["sources"] = new JsonArray(new JsonObject
                {
                    ["serviceAccountToken"] = new JsonObject { ["audience"] = TokenAudience, ["expirationSeconds"] = TokenSeconds, ["path"] = "token" },
                }),
            },
        },
        new JsonObject { ["name"] = "secrets", ["projected"] = new JsonObject { ["sources"] = SecretSources(secrets) } },
        new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "64Mi" } });

    private static JsonArray SecretSources(IEnumerable<SecretReference> secrets)
    {
        var sources = new JsonArray();
        foreach (var secret in secrets.Where(secret => secret is { SecretName: not null, Key: not null }))
        {
            JsonNode source = new JsonObject
            {
                ["secret"] = new JsonObject
                {
                    ["name"] = secret.SecretName,
                    ["items"] = new JsonArray(new JsonObject { ["key"] = secret.Key, ["path"] = secret.Name }),
                },
            };
            sources.Add(source);
        }

        return sources;
    }

    private static JsonElement? Member(Plan plan, string name) =>
        plan.Worker is { ValueKind: JsonValueKind.Object } worker && worker.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(Plan plan, string name) => Member(plan, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonObject Setting(Plan plan, string name) =>
        Member(plan, name) is { ValueKind: JsonValueKind.Object } map ? JsonData.ToNode(map)!.AsObject() : [];
}
