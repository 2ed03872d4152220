using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PlaybookOperator.Tools.Shell;

/// <summary>
/// Starts a process as leader of a group of its own, by way of <c>setsid</c>, so that everything it starts can be killed with it, also what it left in
/// the background. Where there is no <c>setsid</c>, only its tree of children can.
/// </summary>
internal sealed class ProcessGroup(string? setsid)
{
    private const int Kill = 9;

    public static ProcessGroup Found { get; } = new(Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists));

    public Process Start(ProcessStartInfo start)
    {
        if (setsid is not null)
        {
            // It does not fork, since a child that was just started leads no group: the process keeps its number.
            start.ArgumentList.Insert(0, start.FileName);
            start.FileName = setsid;
        }

        return Process.Start(start)!;
    }

    /// <summary>Kills whatever of the group is alive.</summary>
    public void KillAll(Process process)
    {
        if (setsid is not null) _ = SendSignal(-process.Id, Kill);
        else if (!process.HasExited) process.Kill(entireProcessTree: true);
    }

    /// <summary>Kills one process; that it may be gone already does not matter.</summary>
    public static void KillOne(int process) => _ = SendSignal(process, Kill);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
