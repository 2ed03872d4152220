using System.Runtime.InteropServices;

namespace PlaybookOperator.Cli;

/// <summary>What this process was given to read.</summary>
internal static class StandardInput
{
    private const int ReadFlags = 1;
    private const int ClosesOnExec = 1;

    /// <exception cref="UsageException">It was started with standard input closed.</exception>
    public static Stream Open()
    {
        // The first file that the runtime opens takes the place of a closed input. What was handed over never closes on exec; what the runtime opens does.
        var flags = OperatingSystem.IsLinux() ? Control(0, ReadFlags) : 0;
        if (flags < 0 || (flags & ClosesOnExec) != 0) throw new UsageException("standard input is closed; give a TEMPLATE, or lines to read.");
        return Console.OpenStandardInput();
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command);
}
