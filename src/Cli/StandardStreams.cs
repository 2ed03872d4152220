using System.Runtime.InteropServices;

namespace PlaybookOperator.Cli;

/// <summary>The three files that a process is given, and how many more it may open.</summary>
internal static class StandardStreams
{
    private const int ReadWrite = 2;
    private const int GetMode = 3;
    private const int AccessModes = 3;
    private const int OpenFiles = 7;
    private const short Error = 8;

    /// <summary>
    /// What is closed of the three is made to lead nowhere: the next file that the process opens would take its place, and get what is meant for it. False
    /// where standard output is closed.
    /// </summary>
    public static bool Prepare()
    {
        if (!OperatingSystem.IsLinux()) return true;
        var (hasOutput, hasErrors) = (IsWritable(1), IsWritable(2));
        // Each takes the lowest number that is free. Those that are not free belong to the runtime, which has opened files before this.
        for (var file = 0; file <= 2; file++)
            if (Control(file, GetMode) < 0) _ = OpenFile("/dev/null", ReadWrite);
        if (!hasErrors) Console.SetError(TextWriter.Null);
        return hasOutput;
    }

    /// <summary>Files that the process may have open at once; null where that cannot be told.</summary>
    public static long? MaxOpenFiles()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var limit = default(Limit);
        return GetLimit(OpenFiles, ref limit) == 0 && limit.Now <= long.MaxValue ? (long)limit.Now : null;
    }

    /// <summary>Nobody reads standard output any more, as after <c>| head -1</c>: whoever prints without end may stop.</summary>
    public static bool ReaderIsGone()
    {
        if (!OperatingSystem.IsLinux()) return false;
        var watched = new Watched { File = 1 };
        return Poll(ref watched, 1, 0) == 1 && (watched.Found & Error) != 0;
    }

    private static bool IsWritable(int file) => Control(file, GetMode) is >= 0 and var mode && (mode & AccessModes) != 0;

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, int command);

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, ref Limit limit);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Watched files, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Now;
        public ulong Most;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int File;
        public short Wanted;
        public short Found;
    }
}
