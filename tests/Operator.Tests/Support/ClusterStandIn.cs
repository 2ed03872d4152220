using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>
/// An API server in memory over real HTTP: objects with uid, version and generation, status apart from spec, merge patches, lists, watches, and
/// the garbage collector's work when an owner goes. What it does not do: schemas, access rules, pods: tests say what became of one and what it printed.
/// </summary>
internal sealed class ClusterStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private const string Signature = "signed by the cluster";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _unreadable = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _printed = new(StringComparer.Ordinal);
    private readonly List<(string Collection, long Version, string Line)> _changes = [];
    private readonly Dictionary<string, JsonObject> _users = new(StringComparer.Ordinal);
    private readonly List<JsonObject> _questions = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;

    private ClusterStandIn(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<ClusterStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var cluster = new ClusterStandIn(app);
        app.Run(cluster.AnswerAsync);
        await app.StartAsync();
        cluster.Put("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "kube-system" } });
        return cluster;
    }

    /// <summary>The object at a path, such as <c>/apis/playbooks.dev/v1alpha1/namespaces/team/executions/one</c>; null when it is not there.</summary>
    public JsonObject? Get(string path)
    {
        lock (_lock) return _objects.TryGetValue(path, out var found) ? (JsonObject)found.DeepClone() : null;
    }

    /// <summary>All objects below a path.</summary>
    public IReadOnlyList<JsonObject> List(string path)
    {
        lock (_lock) return [.. _objects.Where(entry => Collection(entry.Key) == path).Select(entry => (JsonObject)entry.Value.DeepClone())];
    }

    /// <summary>All that any object ever was, one version a line.</summary>
    public string History()
    {
        lock (_lock) return string.Join('\n', _changes.Select(change => change.Line));
    }

    /// <summary>Keeps of the past only that something was there, and no Kubernetes Events. For a moment in which nobody watches from before.</summary>
    public void ForgetHistory()
    {
        lock (_lock)
        {
            for (var i = 0; i < _changes.Count; i++) _changes[i] = ("", _changes[i].Version, "");
            foreach (var told in _objects.Keys.Where(path => path.Contains("/events/", StringComparison.Ordinal)).ToList()) _objects.Remove(told);
        }
    }

    /// <summary>Creates an object in a collection, or replaces its spec.</summary>
    public void Put(string collection, JsonObject manifest)
    {
        lock (_lock)
        {
            var path = $"{collection}/{(string)manifest["metadata"]!["name"]!}";
            if (_objects.TryGetValue(path, out var known)) Change(path, known, manifest, isStatus: false);
            else Create(collection, manifest);
        }
    }

    /// <summary>As kubelet tells of a pod.</summary>
    public void SetStatus(string path, JsonObject status)
    {
        lock (_lock) Change(path, _objects[path], new JsonObject { ["status"] = status }, isStatus: true);
    }

    /// <summary>What the container of a pod has printed.</summary>
    public void Print(string pod, string text) => _printed[$"{pod}/log"] = text;

    /// <summary>As a node that does not answer: what a pod's container printed cannot be read so many times.</summary>
    public void LoseLog(string pod, int times) => _unreadable[$"{pod}/log"] = times;

    /// <summary>What somebody with these attributes may; nobody may anything before.</summary>
    public Func<JsonObject, bool> May { get; set; } = static _ => false;

    /// <summary>Reviews that were asked for, in order.</summary>
    public IReadOnlyList<JsonObject> Questions
    {
        get { lock (_lock) return [.. _questions]; }
    }

    /// <summary>Makes a token valid.</summary>
    public void AddUser(string token, JsonObject user)
    {
        lock (_lock) _users[token] = user;
    }

    public void Delete(string path)
    {
        lock (_lock) Remove(path);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (context.Request.Query.ContainsKey("watch"))
        {
            await WatchAsync(context, path);
            return;
        }

        if (_unreadable.TryGetValue(path, out var left) && left > 0)
        {
            _unreadable[path] = left - 1;
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync(Status(500, "InternalError").ToJsonString());
            return;
        }

        if (_printed.TryGetValue(path, out var printed))
        {
            await context.Response.WriteAsync(printed);
            return;
        }

        var body = context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0 ? await JsonNode.ParseAsync(context.Request.Body, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 }) as JsonObject : null;
        var (status, answer) = Answer(context.Request.Method, path, body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private (int Status, JsonNode Answer) Answer(string method, string path, JsonObject? body)
    {
        lock (_lock)
        {
            var isStatus = path.EndsWith("/status", StringComparison.Ordinal);
            var target = isStatus ? path[..^"/status".Length] : path;
            return (method, _objects.TryGetValue(target, out var known)) switch
            {
                ("GET", true) => (200, known!.DeepClone()),
                ("GET", false) when IsCollection(path) => (200, Listed(path)),
                ("POST", _) when path.EndsWith("reviews", StringComparison.Ordinal) => (201, Reviewed(body!)),
                ("POST", _) when _objects.ContainsKey($"{path}/{(string?)body!["metadata"]?["name"]}") => (409, Status(409, "AlreadyExists")),
                ("POST", _) => (201, Create(path, body!).DeepClone()),
                ("PATCH" or "PUT", true) => (200, Change(target, known!, body!, isStatus).DeepClone()),
                ("DELETE", true) => (200, Remove(target)),
                _ => (404, Status(404, "NotFound")),
            };
        }
    }

    private JsonObject Create(string collection, JsonObject manifest)
    {
        var item = (JsonObject)manifest.DeepClone();
        var metadata = item["metadata"]!.AsObject();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["generation"] = 1L;
        metadata["creationTimestamp"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        _objects[$"{collection}/{(string)metadata["name"]!}"] = item;
        Tell(collection, "ADDED", item);
        return item;
    }

    private JsonObject Change(string path, JsonObject known, JsonObject patch, bool isStatus)
    {
        var before = known.ToJsonString();
        var spec = known["spec"]?.ToJsonString();
        if (isStatus) Merge(known, new JsonObject { ["status"] = patch["status"]?.DeepClone() });
        else
        {
            var rest = (JsonObject)patch.DeepClone();
            rest.Remove("status");
            rest["metadata"]?.AsObject().Remove("resourceVersion");
            Merge(known, rest);
        }

        if (known["spec"]?.ToJsonString() != spec) known["metadata"]!["generation"] = (long)known["metadata"]!["generation"]! + 1;
        if (known.ToJsonString() != before) Tell(Collection(path), "MODIFIED", known);
        return known;
    }

    /// <summary>What it owns goes with it.</summary>
    private JsonObject Remove(string path)
    {
        if (!_objects.Remove(path, out var gone)) return Status(404, "NotFound");
        Tell(Collection(path), "DELETED", gone);
        var uid = (string?)gone["metadata"]!["uid"];
        foreach (var owned in _objects.Where(entry => Owners(entry.Value).Contains(uid)).Select(entry => entry.Key).ToList()) Remove(owned);
        return Status(200, "Success");
    }

    private void Tell(string collection, string type, JsonObject item)
    {
        item["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _changes.Add((collection, _version, new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString()));
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private JsonObject Listed(string path) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
        ["items"] = new JsonArray([.. _objects.Where(entry => Within(Collection(entry.Key), path)).Select(entry => (JsonNode?)entry.Value.DeepClone())]),
    };

    private async Task WatchAsync(HttpContext context, string path)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        var version = long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(either.Token);
        var next = 0;
        try
        {
            while (true)
            {
                Task changed;
                List<string> lines = [];
                lock (_lock)
                {
                    for (; next < _changes.Count; next++)
                        if (_changes[next].Version > version && _changes[next].Line.Length > 0 && Within(_changes[next].Collection, path)) lines.Add(_changes[next].Line);
                    changed = _changed.Task;
                }

                foreach (var line in lines) await context.Response.WriteAsync(line + "\n", either.Token);
                await context.Response.Body.FlushAsync(either.Token);
                await changed.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client left, or the test is over.
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject map && target[name] is JsonObject inner) Merge(inner, map);
            else target[name] = value.DeepClone();
        }
    }

    private static IEnumerable<string?> Owners(JsonObject item) =>
        (item["metadata"]!["ownerReferences"] as JsonArray ?? []).Select(owner => (string?)owner!["uid"]);

    /// <summary>Whether a namespaced collection is what a path without namespace lists.</summary>
    private static bool Within(string collection, string path) =>
        collection == path || (collection.Contains("/namespaces/", StringComparison.Ordinal)
            && string.Concat(collection.AsSpan(0, collection.IndexOf("/namespaces/", StringComparison.Ordinal)), collection.AsSpan(collection.LastIndexOf('/'))) == path);

    private static bool IsCollection(string path) => path.Split('/') is [.., "playbooks" or "executions" or "jobs" or "pods" or "configmaps"];

    private static string Collection(string path) => path[..path.LastIndexOf('/')];

    /// <summary>The token of a pod, as a kubelet mounts it.</summary>
    public string TokenOf(string path) => TokenOf(Get(path)!, Signature);

    /// <summary>A token with the claims that one of the pod would have.</summary>
    public static string TokenOf(JsonObject pod, string signature) => string.Join('.', Encoded("""{"alg":"RS256"}"""), Encoded(new JsonObject
    {
        ["aud"] = new JsonArray("playbooks.dev/worker"),
        ["kubernetes.io"] = new JsonObject
        {
            ["namespace"] = pod["metadata"]!["namespace"]!.DeepClone(),
            ["pod"] = new JsonObject { ["name"] = pod["metadata"]!["name"]!.DeepClone(), ["uid"] = pod["metadata"]!["uid"]?.DeepClone() },
        },
    }.ToJsonString()), Encoded(signature));

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private JsonObject Reviewed(JsonObject question)
    {
        var answer = (JsonObject)question.DeepClone();
        _questions.Add((JsonObject)answer.DeepClone());
        if (question["spec"]?["resourceAttributes"] is JsonObject)
        {
            answer["status"] = new JsonObject { ["allowed"] = May((JsonObject)question["spec"]!) };
            return answer;
        }

        var token = (string?)question["spec"]?["token"] ?? "";
        if (_users.TryGetValue(token, out var user)) answer["status"] = new JsonObject { ["authenticated"] = true, ["user"] = user.DeepClone() };
        var pod = _objects.Where(entry => entry.Key.Contains("/pods/", StringComparison.Ordinal)).Select(entry => entry.Value).FirstOrDefault(pod => TokenOf(pod, Signature) == token);
        if (pod is null) return answer;
        answer["status"] = new JsonObject
        {
            ["authenticated"] = true,
            ["audiences"] = question["spec"]!["audiences"]?.DeepClone(),
            ["user"] = new JsonObject
            {
                ["username"] = $"system:serviceaccount:{pod["metadata"]!["namespace"]}:default",
                ["extra"] = new JsonObject
                {
                    ["authentication.kubernetes.io/pod-name"] = new JsonArray((string?)pod["metadata"]!["name"]),
                    ["authentication.kubernetes.io/pod-uid"] = new JsonArray((string?)pod["metadata"]!["uid"]),
                },
            },
        };
        return answer;
    }

    private static JsonObject Status(int code, string reason) => new() { ["kind"] = "Status", ["code"] = code, ["reason"] = reason, ["message"] = reason };
}
