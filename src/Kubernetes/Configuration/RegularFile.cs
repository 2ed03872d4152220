using System.Runtime.InteropServices;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>
/// Reads files that a user names. Opening a FIFO waits for a writer, and a device such as /dev/zero never ends: only regular files are opened, links to
/// them included, and only as far as a limit.
/// </summary>
public static class RegularFile
{
    private const int AtWorkingDirectory = -100;
    private const uint TypeAndMode = 3;
    private const int TypeMask = 0xF000;

    /// <summary>Opens a regular file of at most <paramref name="maxBytes"/>.</summary>
    /// <exception cref="IOException">It is no regular file, too large, absent or unreadable; the message is a sentence that names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FileStream Open(string path, long maxBytes)
    {
        if (KindOf(path) is { } kind) throw new IOException($"{path} is {kind}; a regular file is expected.");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length <= maxBytes) return stream;
        var length = stream.Length;
        stream.Dispose();
        throw new IOException($"{path} has {length} bytes; at most {maxBytes} are read.");
    }

    /// <summary>The text of a regular file, UTF-8 unless a byte order mark says otherwise.</summary>
    /// <inheritdoc cref="Open"/>
    public static string ReadText(string path, long maxBytes)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, maxBytes)));
        return reader.ReadToEnd();
    }

    /// <inheritdoc cref="Open"/>
    public static byte[] ReadBytes(string path, long maxBytes)
    {
        using var stream = Open(path, maxBytes);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        // Files under /proc tell no length, and others may grow while they are read.
        while (stream.Read(buffer) is > 0 and var read)
        {
            if (bytes.Length + read > maxBytes) throw new IOException($"{path} has more than {maxBytes} bytes, which is the most that is read.");
            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    /// <summary>What it is when it is no regular file, with its article; null when it is one, or is not there.</summary>
    public static string? KindOf(string path)
    {
        if (Directory.Exists(path)) return "a folder";
        if (!OperatingSystem.IsLinux()) return null;
        // The layout of this structure is the kernel's own and the same on all processors: the mode stands at byte 28.
        Span<byte> status = stackalloc byte[256];
        if (ReadStatus(AtWorkingDirectory, path, 0, TypeAndMode, ref MemoryMarshal.GetReference(status)) != 0) return null;
        return (BitConverter.ToUInt16(status[28..]) & TypeMask) switch
        {
            0x8000 => null,
            0x1000 => "a FIFO",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => "no regular file",
        };
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadStatus(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte status);
}
