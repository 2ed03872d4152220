using PlaybookOperator.Cases.Tests.Support;

namespace PlaybookOperator.Cases.Tests.Pages;

/// <summary>A generated page: tests compare it, <c>make pages</c> writes it.</summary>
internal static class Page
{
    /// <param name="name">From the root of the repository.</param>
    public static void Check(string name, string expected)
    {
        var file = SourceTree.Path(name);
#pragma warning disable RS0030 // The make target says so through the environment.
        if (Environment.GetEnvironmentVariable("WRITE_PAGES") == "1") File.WriteAllText(file, expected);
#pragma warning restore RS0030
        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, $"{name} is out of date: run make pages.");
    }
}
