using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>The <c>http</c> sink: sends <c>body</c>, else <c>data</c>, else the whole result; by POST unless told otherwise.</summary>
internal sealed class HttpSink(HttpTool http) : ITool
{
    private const string Header = "Idempotency-Key";

    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = request.Settings.Members.Where(member => member.Key is not ("data" or "body")).ToList();
        if (request.Settings.GetMember("method").Kind is ValueKind.Undefined) settings.Add(new("method", Value.From("POST")));
        settings.Add(new("body", Payload(request)));
        if (context.IdempotencyKey is { } key) AddKey(settings, key);
        return http.CallAsync(request with { Settings = Value.Map(settings) }, context, cancellationToken);
    }

    /// <summary>As a header, unless the playbook has one of its own.</summary>
    private static void AddKey(List<KeyValuePair<string, Value>> settings, string key)
    {
        var at = settings.FindIndex(member => member.Key == "headers");
        var headers = at >= 0 ? settings[at].Value : Value.Map([]);
        if (headers.Kind != ValueKind.Map || headers.Members.Any(header => header.Key.Equals(Header, StringComparison.OrdinalIgnoreCase))) return;
        if (at >= 0) settings.RemoveAt(at);
        settings.Add(new("headers", Value.Map([.. headers.Members, new(Header, Value.From(key))])));
    }

    private static Value Payload(CallRequest request) =>
        request.Settings.TryGetMember("body", out var body) ? body
        : request.Settings.TryGetMember("data", out var data) ? data
        : request.Payload;
}
