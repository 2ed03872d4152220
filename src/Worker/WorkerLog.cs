using System.Buffers;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Worker;

/// <summary>
/// One JSON line on standard output for each change of state. Written by hand: a logging framework would be larger than the worker.
/// Never payloads, messages of playbooks, or secrets.
/// </summary>
internal sealed class WorkerLog(TextWriter output, TimeProvider time)
{
    public void Misconfigured(string problem) => Write("error", "The worker is misconfigured.", writer => writer.WriteString("problem", problem));

    public void Claimed(Assignment assignment) => Write("info", "Claimed work.", writer => Identify(writer, assignment));

    public void NothingToDo() => Write("info", "There is nothing to do.", static _ => { });

    public void Finished(Assignment assignment, WorkReport report) => Write("info", "Finished work.", writer =>
    {
        Identify(writer, assignment);
        writer.WriteString("outcome", report.Outcome.ToString());
        writer.WriteNumber("attempt", report.Attempt);
        writer.WriteNumber("duration_ms", report.DurationMs);
        if (report.Error is { } error) writer.WriteString("error_kind", error.Kind);
    });

    public void Reported(string outcome) => Write("info", "Reported.", writer => writer.WriteString("answer", outcome));

    public void Masked() => Write("info", "Masked and reported what the container printed.", static _ => { });

    public void Retrying(string call, CallRefusal refusal, TimeSpan delay) => Write("warn", "The operator cannot answer now; trying again.", writer =>
    {
        writer.WriteString("call", call);
        writer.WriteString("reason", refusal.Reason);
        writer.WriteNumber("delay_seconds", Math.Round(delay.TotalSeconds, 3));
    });

    public void GaveUp(string call, CallRefusal refusal) => Write("error", "The operator refused a call.", writer =>
    {
        writer.WriteString("call", call);
        writer.WriteString("reason", refusal.Reason);
    });

    public void TooLarge() => Write("warn", "The report was too large; reporting that instead.", static _ => { });

    public void NotMasked(string secret) => Write("warn", "A secret is too short to be masked.", writer => writer.WriteString("secret", secret));

    public void Stopped() => Write("info", "Told to stop; ending without a report.", static _ => { });

    private static void Identify(Utf8JsonWriter writer, Assignment assignment)
    {
        writer.WriteString("execution_id", assignment.ExecutionId.ToString());
        writer.WriteString("step", assignment.Step);
        writer.WriteNumber("run_id", assignment.RunId);
        writer.WriteNumber("index", assignment.Index);
        writer.WriteNumber("fence", assignment.Fence);
    }

    private void Write(string level, string message, Action<Utf8JsonWriter> details)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Plain))
        {
            writer.WriteStartObject();
            writer.WriteString("time", JsonText.Instant(time.GetUtcNow()));
            writer.WriteString("level", level);
            writer.WriteString("message", message);
            details(writer);
            writer.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Flush();
    }
}
