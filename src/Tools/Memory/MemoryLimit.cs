using System.Globalization;

namespace PlaybookOperator.Tools.Memory;

/// <summary>The memory that the container may use, from the kernel's control groups, version 2 or 1.</summary>
public static class MemoryLimit
{
    /// <summary>Version 1 writes "no limit" as the largest number of whole pages.</summary>
    private const long Unlimited = long.MaxValue / 2;

    /// <summary>Bytes.</summary>
    /// <param name="root">Where control groups are mounted: <c>/sys/fs/cgroup</c>.</param>
    /// <returns>Null: there is no limit, or none can be read.</returns>
    public static long? Read(string root = "/sys/fs/cgroup") =>
        ReadFile(Path.Combine(root, "memory.max")) ?? ReadFile(Path.Combine(root, "memory", "memory.limit_in_bytes"));

    private static long? ReadFile(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes < Unlimited ? bytes : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
