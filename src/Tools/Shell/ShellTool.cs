using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Shell;

/// <summary>
/// The <c>shell</c> tool: <c>cmds</c> in one <c>/bin/sh -e</c>, which ends at the first command that fails. An exit code other than 0 fails the attempt.
/// Whatever the shell started ends with it.
/// </summary>
internal sealed class ShellTool(ShellOptions options, TimeProvider time) : ITool
{
    private const int MaxShownErrorBytes = 2048;

    public async ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (call, error) = ShellCall.Read(request, context, options);
        if (call is null) return CallOutcome.Failed(error!);
        using var limit = new CancellationTokenSource(call.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await RunAsync(call, context.Secrets.Mask, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CallOutcome.Failed(CallErrors.Timeout("The shell", call.Timeout ?? TimeSpan.Zero));
        }
        catch (Win32Exception exception)
        {
            return CallOutcome.Failed(new(WorkErrorKind.Configuration, $"tool.cmds: {options.Shell} cannot be started here: {exception.Message}."));
        }
    }

    private async Task<CallOutcome> RunAsync(ShellCall call, SecretMask mask, CancellationToken cancellationToken)
    {
        var mark = ProcessGuard.Own.MarkCall();
        using var process = ProcessGroup.Found.Start(StartOf(call, mark));
        process.StandardInput.Close();
        // A secret that lies across the cut must be seen whole to be left out.
        var room = options.TailBytes + Math.Min(4 * mask.LongestLength, options.TailBytes);
        var (output, errors) = (new OutputTail(room), new OutputTail(room));
        using var reading = new CancellationTokenSource();
        var read = Task.WhenAll(
            output.ReadAsync(process.StandardOutput.BaseStream, reading.Token), errors.ReadAsync(process.StandardError.BaseStream, reading.Token));
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            ProcessGroup.Found.KillAll(process);
            ProcessGuard.KillMarked(mark);
            await EndReadingAsync(read, reading);
            throw;
        }

        // Only something that the shell left in the background can still hold its output open.
        if (!await IsOverAsync(read, CancellationToken.None))
        {
            ProcessGroup.Found.KillAll(process);
            ProcessGuard.KillMarked(mark);
        }

        await EndReadingAsync(read, reading);
        return Outcome(process.ExitCode, output.ToText(options.TailBytes, mask), errors.ToText(MaxShownErrorBytes, mask));
    }

    private ProcessStartInfo StartOf(ShellCall call, string mark)
    {
        var start = new ProcessStartInfo(options.Shell, ["-e", "-c", call.Script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        start.Environment.Clear();
        foreach (var (name, value) in call.Environment) start.Environment[name] = value;
        start.Environment[ProcessGuard.Variable] = mark;
        return start;
    }

    private async Task<bool> IsOverAsync(Task read, CancellationToken cancellationToken) =>
        await Task.WhenAny(read, Task.Delay(options.DrainTime, time, cancellationToken)) == read;

    /// <summary>A process that took itself out of the group may hold the output open for ever: nobody waits for it.</summary>
    private async Task EndReadingAsync(Task read, CancellationTokenSource reading)
    {
        if (!await IsOverAsync(read, CancellationToken.None)) await reading.CancelAsync();
        await read;
    }

    private static CallOutcome Outcome(int exitCode, string output, string errors)
    {
        var result = Value.Map([
            new("exit_code", Value.From((long)exitCode)),
            new("stdout", Value.From(output)),
            new("output", LastLine(output, out var problem)),
        ]);
        if (exitCode == 0) return problem is null ? CallOutcome.Completed(result) : CallOutcome.Failed(Unusable(problem));
        var said = errors.Trim();
        var message = new StringBuilder($"The shell exited with {exitCode}").Append(said.Length == 0 ? "." : $": {said}");
        return new CallOutcome
        {
            Response = result,
            Error = new(WorkErrorKind.Exit, message.ToString(), Code: exitCode.ToString(CultureInfo.InvariantCulture)),
        };
    }

    internal static WorkError Unusable(DataProblem problem) => new(WorkErrorKind.InvalidResponse, problem.Tell("The last line of the output is JSON that"));

    /// <summary>The last line that is not empty: as JSON when it is, else as text; null without one.</summary>
    /// <param name="problem">Set when it is JSON beyond the limits of data; the value is then the text.</param>
    internal static Value LastLine(string output, out DataProblem? problem)
    {
        problem = null;
        var text = output.AsSpan().TrimEnd();
        var line = text[(text.LastIndexOf('\n') + 1)..].Trim().ToString();
        if (line.Length == 0) return Value.Null;
        if (Value.TryRead(Encoding.UTF8.GetBytes(line), "", out var value, out var wrong)) return value;
        problem = wrong.Fault == DataFault.BeyondLimit ? wrong : null;
        return Value.From(line);
    }
}
