using System.Net;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Worker;

/// <summary>The calls of the protocol, each repeated while the operator is away, for at most the report window; the session is renewed when it has run out.</summary>
internal sealed class PersistentCalls(OperatorClient client, WorkerOptions options, TimeProvider time, Func<double> random, WorkerLog log)
{
    private static readonly ErrorRetryPlan s_backoff = new() { InitialDelay = TimeSpan.FromSeconds(0.5), MaxDelay = TimeSpan.FromSeconds(15) };

    /// <summary>Leases end when nothing is heard for ten seconds; a worker that is back early keeps them.</summary>
    private static readonly ErrorRetryPlan s_leaseBackoff = s_backoff with { MaxDelay = TimeSpan.FromSeconds(2) };

    private string? _session;

    /// <summary>For calls that are made once; null: there is none yet, or it has run out.</summary>
    public string? Session => _session;

    public Task<CallAnswer<Assignment>> ClaimAsync(CancellationToken cancellationToken) =>
        WithSessionAsync("claim", client.ClaimAsync, cancellationToken);

    public Task<CallAnswer<InputAnswer>> ReadInputAsync(InputRequest asked, CancellationToken cancellationToken) =>
        WithSessionAsync("input", (session, token) => client.ReadInputAsync(session, asked, token), cancellationToken);

    public Task<CallAnswer<ReportAnswer>> ReportAsync(WorkReport report, CancellationToken cancellationToken)
    {
        var body = OperatorClient.Body([report], WorkJson.Default.WorkReportArray);
        return WithSessionAsync("reports", (session, token) => client.ReportAsync(session, body, token), cancellationToken);
    }

    public Task<CallAnswer<ProgressAnswer>> SaveAsync(ProgressReport progress, CancellationToken cancellationToken) =>
        WithSessionAsync("progress", (session, token) => client.SaveAsync(session, progress, token), cancellationToken);

    public Task<CallAnswer<OutputAnswer>> ReadOutputAsync(OutputRequest asked, CancellationToken cancellationToken) =>
        WithSessionAsync("output", (session, token) => client.ReadOutputAsync(session, asked, token), cancellationToken);

    public Task<CallAnswer<ReportAnswer>> ReportOutputAsync(MaskedOutput output, CancellationToken cancellationToken) =>
        WithSessionAsync("output", (session, token) => client.ReportOutputAsync(session, output, token), cancellationToken);

    public Task<CallAnswer<PoolReply>> LeaseAsync(PoolRequest request, CancellationToken cancellationToken)
    {
        var body = OperatorClient.Body(request, WorkJson.Default.PoolRequest);
        return WithSessionAsync("lease", (session, token) => client.LeaseAsync(session, body, token), cancellationToken, s_leaseBackoff);
    }

    private async Task<CallAnswer<T>> WithSessionAsync<T>(
        string name, Func<string, CancellationToken, Task<CallAnswer<T>>> call, CancellationToken cancellationToken, ErrorRetryPlan? backoff = null)
        where T : class
    {
        var started = time.GetTimestamp();
        var renewed = false;
        for (var attempt = 1; ; attempt++)
        {
            CallRefusal? refusal = null;
            if (_session is null) refusal = await ExchangeAsync(cancellationToken);
            if (refusal is null)
            {
                var answer = await call(_session!, cancellationToken);
                if (answer.Refusal is null) return answer;
                refusal = answer.Refusal;
                if (refusal.Status == HttpStatusCode.Unauthorized && !renewed)
                {
                    // Sessions end after a while, also when the operator has lost its key.
                    (_session, renewed) = (null, true);
                    continue;
                }
            }

            renewed = false;
            var delay = RetryBackoff.Delay(backoff ?? s_backoff, attempt, random(), refusal.RetryAfter);
            if (!refusal.IsTransient || time.GetElapsedTime(started) + delay > options.ReportWindow) return new(null, refusal);
            log.Retrying(name, refusal, delay);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private async Task<CallRefusal?> ExchangeAsync(CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(options.TokenFile, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new CallRefusal(HttpStatusCode.Unauthorized, $"the token file cannot be read: {exception.Message}", null);
        }

        var answer = await client.ExchangeAsync(token, cancellationToken);
        _session = answer.Value?.Session;
        return _session is null ? answer.Refusal ?? CallRefusal.Unreadable("no session") : null;
    }
}
