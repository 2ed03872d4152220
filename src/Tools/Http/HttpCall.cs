using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Http;

/// <summary>A request of the <c>http</c> tool, checked.</summary>
internal sealed record HttpCall
{
    public const int DefaultTimeoutSeconds = 30;
    public const long DefaultMaxResponseBytes = 10L << 20;

    public required HttpMethod Method { get; init; }

    public required Uri Url { get; init; }

    /// <summary>The URL as results and errors have it.</summary>
    public required ShownUrl Shown { get; init; }

    /// <summary>Request and content headers alike, in the order of the playbook; authentication last.</summary>
    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    /// <summary>Names of headers that must not follow a redirect to another origin.</summary>
    public required IReadOnlySet<string> Credentials { get; init; }

    public HttpBody? Body { get; init; }

    /// <summary>From the first byte sent to the last byte read; null: the attempt's own timeout is enough.</summary>
    public TimeSpan? Timeout { get; init; }

    public bool FollowRedirects { get; init; }

    public long MaxResponseBytes { get; init; } = DefaultMaxResponseBytes;

    public static async ValueTask<(HttpCall? Call, WorkError? Error)> ReadAsync(
        CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var settings = new SettingsReader(request, context.Secrets);
        var (credential, error) = await Credential.ReadAsync(settings, CredentialType.Bearer, context.Secrets, cancellationToken);
        if (error is not null) return (null, error);
        var headers = ReadHeaders(settings);
        var credentials = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "Authorization", "Cookie", "Proxy-Authorization" };
        if (credential is not null) AddCredential(credential, context.Secrets, settings, headers, credentials);
        var timeout = settings.Duration("timeout");
        var method = ReadMethod(settings);
        var url = ReadUrl(settings);
        var body = HttpBody.Read(settings, ContentTypeOf(headers));
        HttpConnectionHeaders.Check(settings, headers, body);
        var followRedirects = settings.Flag("followRedirects", fallback: false);
        var maxResponseBytes = settings.Integer("maxResponseBytes", DefaultMaxResponseBytes, 1, ToolSchemas.MostResponseBytes);
        if (settings.Error is not null) return (null, settings.Error);
        return (new HttpCall
        {
            Method = method,
            Url = url!,
            Shown = ShownUrl.Of(settings.Text("url")!, url!, context.Secrets.Mask),
            Headers = headers,
            Credentials = credentials,
            Body = body,
            Timeout = timeout ?? (context.HasAttemptTimeout ? null : TimeSpan.FromSeconds(DefaultTimeoutSeconds)),
            FollowRedirects = followRedirects,
            MaxResponseBytes = maxResponseBytes,
        }, null);
    }

    private static HttpMethod ReadMethod(SettingsReader settings)
    {
        var method = settings.Text("method") ?? "GET";
        if (method.Length > 0 && method.All(char.IsAsciiLetter) && !method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase))
            return HttpMethod.Parse(method.ToUpperInvariant());
        settings.Fail("method", $"must be an HTTP method such as GET, not {settings.Show(Value.From(method))}.");
        return HttpMethod.Get;
    }

    private static Uri? ReadUrl(SettingsReader settings)
    {
        if (settings.RequiredText("url") is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
            return HttpQuery.Merge(url, settings);
        settings.Fail("url", $"must be an absolute http or https URL, not {settings.Show(Value.From(text))}.");
        return null;
    }

    private static List<(string Name, string Value)> ReadHeaders(SettingsReader settings)
    {
        var headers = new List<(string, string)>();
        foreach (var (name, value) in settings.Members("headers"))
        {
            if (value.Kind is ValueKind.Null) continue;
            foreach (var one in value.Kind == ValueKind.List ? value.Items : [value])
                AddHeader(settings, headers, $"headers.{name}", name, one.ToText());
        }

        return headers;
    }

    private static void AddCredential(
        Credential credential, SecretScope secrets, SettingsReader settings, List<(string Name, string Value)> headers, HashSet<string> names)
    {
        if (credential.ToHeader(secrets) is not { } header)
        {
            settings.Fail("auth", "of type postgres cannot be used for http.");
            return;
        }

        headers.RemoveAll(existing => existing.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase));
        names.Add(header.Name);
        AddHeader(settings, headers, "auth", header.Name, header.Value);
    }

    /// <summary>The error never shows the value: it may be a secret.</summary>
    private static void AddHeader(SettingsReader settings, List<(string, string)> headers, string key, string name, string value)
    {
        if (!HttpHeaderText.IsName(name)) settings.Fail(key, "is not the name of a header.");
        else if (!HttpHeaderText.IsValue(value)) settings.Fail(key, "has a line break or another character that no header may carry.");
        else headers.Add((name, value));
    }

    private static string? ContentTypeOf(List<(string Name, string Value)> headers) =>
        headers.Find(header => header.Name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
}
