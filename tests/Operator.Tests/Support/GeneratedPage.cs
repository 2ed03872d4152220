using Xunit;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>A generated page: tests compare it, <c>make pages</c> writes it.</summary>
internal static class GeneratedPage
{
    /// <param name="name">From the root of the repository.</param>
    /// <param name="expected">The whole text.</param>
    public static void Check(string name, string expected)
    {
        var file = Path.Combine(SourceTree.Root, name);
#pragma warning disable RS0030 // The make target says so through the environment.
        if (Environment.GetEnvironmentVariable("WRITE_PAGES") == "1") File.WriteAllText(file, expected);
#pragma warning restore RS0030
        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, $"{name} is out of date: run make pages.");
    }
}
