using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;

namespace PlaybookOperator.Kubernetes.Metrics;

/// <summary>Requests by HTTP method and status code; the code is <c>&lt;error&gt;</c> when no answer came, as in client-go.</summary>
internal sealed class RequestMetrics
{
    private static readonly (string Code, string Method)[] Usual =
    [
        ("200", "GET"), ("404", "GET"), ("200", "POST"), ("201", "POST"), ("409", "POST"), ("200", "PATCH"), ("200", "DELETE"),
        ("401", "GET"), ("403", "GET"), ("429", "GET"), ("<error>", "GET"),
    ];

    private readonly Counter<long> _requests;

    public RequestMetrics(Meter meter)
    {
        _requests = meter.CreateCounter<long>("rest_client_requests_total", description: "Requests to the API server by code and method.");
    }

    /// <summary>Rates of counters work from the first sample only when the series exist before the first event.</summary>
    public void StartAtZero()
    {
        foreach (var (code, method) in Usual) Add(code, method, 0);
    }

    public void Answered(HttpStatusCode code, HttpMethod method) =>
        Add(((int)code).ToString(CultureInfo.InvariantCulture), method.Method, 1);

    public void Unanswered(HttpMethod method) => Add("<error>", method.Method, 1);

    private void Add(string code, string method, long count) =>
        _requests.Add(count, new KeyValuePair<string, object?>("code", code), new KeyValuePair<string, object?>("method", method));
}
