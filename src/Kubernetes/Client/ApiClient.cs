using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Speaks to one API server. Calls are retried within the budget of <see cref="ApiClientOptions"/> where that is safe; what then
/// fails is an <see cref="ApiException"/> whose message is one sentence. Objects are created, patched and deleted, never replaced
/// whole: members that this program does not know survive. Thread-safe; make one per process.
/// </summary>
public sealed partial class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly RequestSender _sender;
    private readonly ApiClientOptions _options;
    private readonly TimeProvider _time;

    public ApiClient(KubeConfig config, ApiClientOptions options, TimeProvider time, KubernetesMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metrics);
        _options = options;
        _time = time;
        _http = new HttpClient(ConnectionHandler.Create(config, options)) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add("User-Agent", options.FieldManager);
        _http.DefaultRequestHeaders.Add("Accept", "application/json");
        _sender = new RequestSender(_http, config, options, time, metrics);
        metrics.Requests.StartAtZero();
    }

    /// <summary>The object, or null when there is none: no such name, namespace or kind.</summary>
    public async Task<T?> GetAsync<T>(ResourceType<T> type, NamespacedName name, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        var request = Request(type, HttpMethod.Get, "get", name) with { Path = type.ObjectPath(name) };
        try
        {
            return Decode(request, await _sender.SendAsync(request, cancellationToken), type);
        }
        catch (ApiNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Creates from the members of <typeparamref name="T"/> alone.</summary>
    public Task<CreateResult<T>> CreateAsync<T>(ResourceType<T> type, T item, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        return CreateAsync(type, JsonSerializer.SerializeToNode(item, type.Json)!.AsObject(), cancellationToken);
    }

    /// <summary>
    /// Creates from a manifest, for kinds with more members than their C# type. <c>apiVersion</c> and <c>kind</c> are filled in;
    /// <c>metadata.name</c> must be set, and <c>metadata.namespace</c> for namespaced kinds.
    /// </summary>
    /// <exception cref="ApiNotFoundException">The namespace or the kind does not exist.</exception>
    public async Task<CreateResult<T>> CreateAsync<T>(ResourceType<T> type, JsonObject manifest, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(manifest);
        var name = NameOf(type, manifest);
        var request = Request(type, HttpMethod.Post, "create", name) with
        {
            Path = type.CollectionPath(name.Namespace) + new Query().Add("fieldManager", _options.FieldManager),
            Body = Bytes(Envelop(type, manifest)),
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new CreateResult<T>.Created(Decode(request, await _sender.SendAsync(request, cancellationToken), type));
            }
            catch (ApiConflictException conflict) when (conflict.Status?.Reason == "AlreadyExists")
            {
                if (await GetAsync(type, name, cancellationToken) is { } existing) return new CreateResult<T>.AlreadyExists(existing);
                // It vanished between the two calls, so the name is free again; a name that flickers for ever is a conflict.
                if (attempt == _options.MaxAttempts) throw;
            }
        }
    }

    /// <summary>
    /// Merges a patch (RFC 7386) into the object; null when there is no such object. A <c>metadata.resourceVersion</c> in the patch
    /// makes it conditional.
    /// </summary>
    /// <param name="subresource">Such as <c>status</c>; null for the object itself.</param>
    /// <exception cref="ApiConflictException">The condition did not hold.</exception>
    public async Task<T?> MergePatchAsync<T>(
        ResourceType<T> type, NamespacedName name, JsonObject patch, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(patch);
        return await MergePatchAsync(type, name, Bytes(patch), subresource, cancellationToken);
    }

    /// <inheritdoc cref="MergePatchAsync{T}(ResourceType{T},NamespacedName,JsonObject,string?,CancellationToken)"/>
    /// <param name="patch">UTF-8 JSON.</param>
    public async Task<T?> MergePatchAsync<T>(
        ResourceType<T> type, NamespacedName name, ReadOnlyMemory<byte> patch, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        var request = PatchRequest(type, name, subresource) with
        {
            Path = type.ObjectPath(name) + Suffix(subresource) + new Query().Add("fieldManager", _options.FieldManager),
            Body = patch,
            ContentType = "application/merge-patch+json",
        };
        try
        {
            return Decode(request, await _sender.SendAsync(request, cancellationToken), type);
        }
        catch (ApiNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Server-side apply: creates the object or makes it agree with the manifest, whose fields become ours even where another
    /// manager holds them. Name and namespace are read from the manifest.
    /// </summary>
    public async Task<T> ApplyAsync<T>(ResourceType<T> type, JsonObject manifest, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(manifest);
        var name = NameOf(type, manifest);
        var request = PatchRequest(type, name, null) with
        {
            Path = type.ObjectPath(name) + new Query().Add("fieldManager", _options.FieldManager).Add("force", true),
            Body = Bytes(Envelop(type, manifest)),
            ContentType = "application/apply-patch+yaml",
        };
        return Decode(request, await _sender.SendAsync(request, cancellationToken), type);
    }

    /// <summary>
    /// Asks for deletion. False when there is no such object, or only one with another uid; the second of two attempts also finds
    /// nothing when the answer to the first was lost.
    /// </summary>
    public async Task<bool> DeleteAsync<T>(
        ResourceType<T> type, NamespacedName name, DeleteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(options);
        var body = new JsonObject { ["propagationPolicy"] = options.Propagation.ToString() };
        if (options.Uid is { } uid) body["preconditions"] = new JsonObject { ["uid"] = uid };
        var request = Request(type, HttpMethod.Delete, "delete", name) with { Path = type.ObjectPath(name), Body = Bytes(body) };
        try
        {
            await _sender.SendAsync(request, cancellationToken);
            return true;
        }
        catch (ApiNotFoundException)
        {
            return false;
        }
        catch (ApiConflictException) when (options.Uid is not null)
        {
            return false;
        }
    }

    /// <summary>Asks the server a question (TokenReview, SubjectAccessReview); the answer is in the status of what comes back.</summary>
    public async Task<T> ReviewAsync<T>(ResourceType<T> type, T question, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        var body = Bytes(Envelop(type, JsonSerializer.SerializeToNode(question, type.Json)!.AsObject()));
        var request = Request(type, HttpMethod.Post, "create", default) with { Path = type.CollectionPath(null), Body = body, Token = (question as TokenReview)?.Spec?.Token };
        return Decode(request, await _sender.SendAsync(request, cancellationToken), type);
    }

    /// <summary>The end of a container's output, at most <see cref="LogOptions.LimitBytes"/>; null when there is no such pod.</summary>
    public async Task<string?> GetLogsAsync(NamespacedName pod, LogOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var query = new Query()
            .Add("container", options.Container)
            .Add("tailLines", options.TailLines)
            .Add("limitBytes", options.LimitBytes);
        var request = Request(Resources.Pods, HttpMethod.Get, "get", pod) with
        {
            Resource = "pods/log",
            Path = $"{Resources.Pods.ObjectPath(pod)}/log{query}",
        };
        try
        {
            return Encoding.UTF8.GetString((await _sender.SendAsync(request, cancellationToken)).Span);
        }
        catch (ApiNotFoundException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static ApiRequest Request<T>(ResourceType<T> type, HttpMethod method, string verb, NamespacedName name)
        where T : class, IKubernetesObject => new()
        {
            Method = method,
            Verb = verb,
            Resource = type.QualifiedName,
            Namespace = type.Namespaced ? name.Namespace ?? "" : "",
            Name = name.Name ?? "",
            Path = "/",
            // A renewal that waits behind a burst of creations would cost the leadership; and reviews, which anybody may cause, would hold up
            // all other work: who asks for them bounds them.
            RateLimited = type.Group is not ("coordination.k8s.io" or "authentication.k8s.io" or "authorization.k8s.io"),
        };

    private static ApiRequest PatchRequest<T>(ResourceType<T> type, NamespacedName name, string? subresource)
        where T : class, IKubernetesObject =>
        Request(type, HttpMethod.Patch, "patch", name) with { Resource = type.QualifiedName + Suffix(subresource) };

    private static string Suffix(string? subresource) => string.IsNullOrEmpty(subresource) ? "" : $"/{subresource}";

    private static NamespacedName NameOf<T>(ResourceType<T> type, JsonObject manifest)
        where T : class, IKubernetesObject
    {
        var name = (string?)manifest["metadata"]?["name"];
        var @namespace = (string?)manifest["metadata"]?["namespace"];
        if (string.IsNullOrEmpty(name))
            throw new ArgumentException($"The manifest of a {type.Kind} has no metadata.name.", nameof(manifest));
        if (type.Namespaced && string.IsNullOrEmpty(@namespace))
            throw new ArgumentException($"The manifest of the {type.Kind} {name} has no metadata.namespace.", nameof(manifest));
        return new NamespacedName(@namespace ?? "", name);
    }

    // A copy: the caller's manifest stays as it is.
    private static JsonObject Envelop<T>(ResourceType<T> type, JsonObject manifest)
        where T : class, IKubernetesObject
    {
        var whole = (JsonObject)manifest.DeepClone();
        whole["apiVersion"] = type.ApiVersion;
        whole["kind"] = type.Kind;
        return whole;
    }

    private static ReadOnlyMemory<byte> Bytes(JsonObject node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) node.WriteTo(writer);
        return buffer.WrittenMemory;
    }

    private static T Decode<T>(ApiRequest request, ReadOnlyMemory<byte> body, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        try
        {
            if (ObjectDecoder.Read(LoneSurrogates.Replace(body).Span, type) is { } decoded) return decoded;
            throw new ApiResponseException($"The answer to {request.Deed()} is null.");
        }
        catch (JsonException exception)
        {
            var misfit = exception.Message.ReplaceLineEndings(" ");
            var message = $"The answer to {request.Deed()} does not fit the type {typeof(T).Name}: {misfit}";
            throw new ApiResponseException(message, exception) { StatusCode = HttpStatusCode.OK };
        }
    }
}
