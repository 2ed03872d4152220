using System.Net;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Worker;

/// <summary>
/// The life of a worker beside a user's container: waits until that has ended, asks for what it printed, hides the secrets and sends it back. It has the
/// same secrets mounted as the container has in its environment; the operator knows none.
/// </summary>
internal sealed class MaskRun(PersistentCalls operatorCalls, MountedSecrets secrets, WorkerLog log, TimeProvider time)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(string pod, CancellationToken cancellationToken)
    {
        // Read first: without them nothing may be sent.
        if (await ReadMaskAsync(cancellationToken) is not { } mask) return ExitCodes.Misconfigured;
        var answer = await WaitAsync(pod, cancellationToken);
        if (answer.Value is not { } output) return End(answer.Refusal);
        // The end of a text that was cut may be the beginning of a secret.
        var shown = output.IsCut ? output.Log[..mask.CutAt(output.Log, Math.Max(0, output.Log.Length - mask.LongestLength))] : output.Log;
        return End((await operatorCalls.ReportOutputAsync(new MaskedOutput(pod, mask.Apply(shown)), cancellationToken)).Refusal);
    }

    /// <summary>The longer it takes, the less often it is asked for.</summary>
    private async Task<CallAnswer<OutputAnswer>> WaitAsync(string pod, CancellationToken cancellationToken)
    {
        for (var pause = s_firstPause; ; pause = pause * 1.25 < s_longestPause ? pause * 1.25 : s_longestPause)
        {
            var answer = await operatorCalls.ReadOutputAsync(new OutputRequest(pod), cancellationToken);
            if (answer.Value is not null || answer.Refusal is not null) return answer;
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<SecretMask?> ReadMaskAsync(CancellationToken cancellationToken)
    {
        var hidden = new List<string>();
        try
        {
            foreach (var name in secrets.Names())
                if (await secrets.ReadAsync(name, cancellationToken) is { } value) hidden.Add(value);

            return SecretMask.Of(hidden);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Misconfigured(exception.Message);
            return null;
        }
    }

    private int End(CallRefusal? refusal)
    {
        if (refusal is { Status: not HttpStatusCode.Conflict })
        {
            log.GaveUp("output", refusal);
            return ExitCodes.Failed;
        }

        if (refusal is null) log.Masked();
        else log.NothingToDo();
        return ExitCodes.Done;
    }
}
