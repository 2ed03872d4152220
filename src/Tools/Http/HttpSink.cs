using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Http;

/// <summary>The <c>http</c> sink: sends <c>body</c>, else <c>data</c>, else the whole result; by POST unless told otherwise.</summary>
internal sealed class HttpSink(HttpTool http) : ITool
{
    public ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = request.Settings.Members.Where(member => member.Key is not ("data" or "body")).ToList();
        if (request.Settings.GetMember("method").Kind is ValueKind.Undefined) settings.Add(new("method", Value.From("POST")));
        settings.Add(new("body", Payload(request)));
        return http.CallAsync(request with { Settings = Value.Map(settings) }, context, cancellationToken);
    }

    private static Value Payload(CallRequest request) =>
        request.Settings.TryGetMember("body", out var body) ? body
        : request.Settings.TryGetMember("data", out var data) ? data
        : request.Payload;
}
