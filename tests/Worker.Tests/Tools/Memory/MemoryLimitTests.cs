using PlaybookOperator.Tools.Memory;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Memory;

public sealed class MemoryLimitTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cgroup");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("memory.max", "268435456\n", 268435456L)]
    [InlineData("memory.max", "max\n", null)]
    [InlineData("memory/memory.limit_in_bytes", "134217728\n", 134217728L)]
    [InlineData("memory/memory.limit_in_bytes", "9223372036854771712\n", null)]
    [InlineData("memory.max", "", null)]
    [InlineData("unrelated", "5", null)]
    public void The_limit_is_read_from_either_version_of_control_groups(string file, string text, long? expected)
    {
        var path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);

        Assert.Equal(expected, MemoryLimit.Read(_root.FullName));
    }
}
