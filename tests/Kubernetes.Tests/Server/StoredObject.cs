using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PlaybookOperator.Kubernetes.Tests.Server;

/// <summary>
/// One object that lives in the server: created once, merged into with the version as condition, deleted. Each write gives it a
/// new version.
/// </summary>
internal sealed class StoredObject
{
    private readonly Lock _lock = new();
    private JsonObject? _item;
    private int _version = 100;

    /// <summary>When set, each call gets this answer instead.</summary>
    public Answer? Outage { get; set; }

    /// <summary>When set, writes take effect but this is answered.</summary>
    public Answer? LostAnswer { get; set; }

    public JsonObject? Current
    {
        get { lock (_lock) return (JsonObject?)_item?.DeepClone(); }
    }

    public void Change(Action<JsonObject> change)
    {
        lock (_lock)
        {
            change(_item!);
            Stamp();
        }
    }

    public void Remove()
    {
        lock (_lock) _item = null;
    }

    public StoredObject ServeAt(ScriptedApiServer server, string collection, string name)
    {
        server.Always($"GET {collection}/{name}", Guard(_ => Read()));
        server.Always($"POST {collection}", Guard(Create));
        server.Always($"PATCH {collection}/{name}", Guard(Merge));
        server.Always($"DELETE {collection}/{name}", Guard(_ => Delete()));
        return this;
    }

    private static void MergeInto(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null) target.Remove(key);
            else if (value is JsonObject inner && target[key] is JsonObject old) MergeInto(old, inner);
            else target[key] = value.DeepClone();
        }
    }

    private Answer Guard(Func<JsonObject?, Answer> serve) => async context =>
    {
        if (Outage is { } outage)
        {
            await outage(context);
            return;
        }

        var answer = serve(await BodyAsync(context.Request));
        await (LostAnswer is { } lost && context.Request.Method != "GET" ? lost : answer)(context);
    };

    private static async Task<JsonObject?> BodyAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject();
    }

    private Answer Read()
    {
        lock (_lock) return _item is null ? Answers.Status(404, "NotFound", "not found") : Answers.Json(_item.ToJsonString());
    }

    private Answer Create(JsonObject? body)
    {
        lock (_lock)
        {
            if (_item is not null) return Answers.Status(409, "AlreadyExists", "already exists");
            _item = body!;
            Stamp();
            return Answers.Json(_item.ToJsonString(), 201);
        }
    }

    private Answer Merge(JsonObject? patch)
    {
        lock (_lock)
        {
            if (_item is null) return Answers.Status(404, "NotFound", "not found");
            var expected = (string?)patch!["metadata"]?["resourceVersion"];
            if (expected is not null && expected != (string?)_item["metadata"]!["resourceVersion"])
                return Answers.Status(409, "Conflict", "the object has been modified");
            MergeInto(_item, patch);
            Stamp();
            return Answers.Json(_item.ToJsonString());
        }
    }

    private Answer Delete()
    {
        lock (_lock)
        {
            if (_item is null) return Answers.Status(404, "NotFound", "not found");
            _item = null;
            return Answers.Json("{}");
        }
    }

    private void Stamp() => _item!["metadata"]!["resourceVersion"] = (++_version).ToString();
}
