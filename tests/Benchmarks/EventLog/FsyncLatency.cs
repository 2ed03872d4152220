using System.Diagnostics;

namespace PlaybookOperator.Benchmarks.EventLog;

/// <summary>How long the disk takes to make one small write durable: the floor of every commit.</summary>
internal static class FsyncLatency
{
    public static double MeasureMilliseconds(string folder, int rounds)
    {
        var path = Path.Combine(folder, $"fsync-{Environment.ProcessId}");
        var page = new byte[8192];
        var times = new double[rounds];
        using var file = new FileStream(
            path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.DeleteOnClose });
        for (var i = 0; i < rounds; i++)
        {
            file.Position = 0;
            file.Write(page);
            var began = Stopwatch.GetTimestamp();
            file.Flush(flushToDisk: true);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[rounds / 2];
    }
}
