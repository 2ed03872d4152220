using System.Diagnostics;
using System.Text;

namespace PlaybookOperator.Fuzz.Running;

/// <summary>A child to try inputs in, begun anew whenever one has ended it.</summary>
internal sealed class FuzzedProcess : IAsyncDisposable
{
    /// <summary>How long an input may take; the longest bound inside the product is that of one evaluation.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The first input of a target also starts what it needs, such as a database.</summary>
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromSeconds(90);

    private readonly HashSet<string> _warm = new(StringComparer.Ordinal);
    private Process? _process;
    private StringBuilder _errors = new();

    /// <summary>Null when the input was taken in order; else what was found, its kind in the first line.</summary>
    public async Task<string?> TryAsync(string target, string input, TimeSpan? patience = null)
    {
        var process = _process ??= Start();
        using var late = new CancellationTokenSource(_warm.Contains(target) ? patience ?? Patience : s_firstPatience);
        try
        {
            await process.StandardInput.WriteLineAsync($"{target} {Convert.ToBase64String(Encoding.UTF8.GetBytes(input))}".AsMemory(), late.Token);
            await process.StandardInput.FlushAsync(late.Token);
            var answer = await process.StandardOutput.ReadLineAsync(late.Token);
            if (answer is not null)
            {
                _warm.Add(target);
                return answer == "ok" ? null : Encoding.UTF8.GetString(Convert.FromBase64String(answer["finding ".Length..]));
            }

            await process.WaitForExitAsync(late.Token);
            var told = $"crash: exit code {process.ExitCode}\n{Tail()}";
            await StopAsync();
            return told;
        }
        catch (OperationCanceledException)
        {
            await StopAsync();
            return $"no answer: none after {(patience ?? Patience).TotalSeconds} s";
        }
        catch (IOException broken)
        {
            var told = $"crash: {broken.Message}\n{Tail()}";
            await StopAsync();
            return told;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.StandardInput.Close();
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                // It is ended below.
            }
        }

        await StopAsync();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FuzzedProcess).Assembly.Location, "--child"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // What takes more memory than an operator has ends with an exception, not with the machine.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x60000000";
        var process = Process.Start(start)!;
        var errors = _errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                if (errors.Length < 100_000) errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    private string Tail()
    {
        lock (_errors) return _errors.ToString() is { Length: > 3000 } long_ ? long_[..3000] : _errors.ToString();
    }

    private async Task StopAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _process = null;
        _warm.Clear();
    }
}
